package dev.imas.rank;

import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import dev.imas.predict.TestTimeAugmentation;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * Two that answer about the same pictures: teacher and student, or a network and its mean over several positions. Owns
 * both.
 *
 * @param network  whose answer is shown, and whose encoder tells what a picture is about
 * @param other    what it is compared with; of the same classes
 * @param compared both in words, such as "teacher and student"
 */
public record NetworkPair(Segmenter network, Segmenter other, String compared) implements AutoCloseable {
    /**
     * Opens the networks of a run directory or a checkpoint, or the one of a weight file.
     *
     * @param weights   as {@link RunWeights} understands it
     * @param positions NONE: teacher and student are compared, where both are there, and otherwise a network with its
     *                  mean over FLIP; else the network, of a run its result, with its mean over these
     */
    public static NetworkPair open(Path weights, Segmenter.Options options, TestTimeAugmentation positions) {
        if (positions == TestTimeAugmentation.NONE && holdsBoth(weights)) {
            RunDirectory run = new RunDirectory(weights);
            boolean ended = run.ended(); // else both are in a checkpoint
            Segmenter teacher = Segmenter.open(ended ? run.teacher() : weights, options);
            return beside(
                    teacher,
                    () -> ended
                            ? Segmenter.open(run.student(), options)
                            : Segmenter.open(weights, options.student(true)),
                    "teacher and student");
        }
        TestTimeAugmentation shown = positions == TestTimeAugmentation.NONE ? TestTimeAugmentation.FLIP : positions;
        Segmenter network = Segmenter.open(weights, options);
        return beside(
                network,
                () -> Segmenter.open(List.of(weights), options, shown),
                "the network and its mean over " + words(shown));
    }

    private static String words(TestTimeAugmentation positions) {
        return positions == TestTimeAugmentation.FLIP ? "the picture and its mirror image" : "eight positions";
    }

    private static NetworkPair beside(Segmenter network, Supplier<Segmenter> other, String compared) {
        try {
            return new NetworkPair(network, other.get(), compared);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    private static boolean holdsBoth(Path weights) {
        RunDirectory run = new RunDirectory(weights);
        return run.ended()
                ? Files.isRegularFile(run.student())
                : RunWeights.of(weights, false, note -> {}).run().isPresent();
    }

    /**
     * What both see in a picture.
     *
     * @param own   the network's answer
     * @param other the labels of the one that it is compared with
     */
    record Answers(Segmentation own, LabelMap other) {}

    Answers answers(Picture picture) {
        return new Answers(network.segment(picture), other.segment(picture).labels());
    }

    /** Pixels by the network's class and by the other's. */
    ConfusionMatrix maps(Answers answers) {
        return ConfusionMatrix.of(answers.own.labels(), answers.other, network.classes());
    }

    @Override
    public void close() {
        network.close();
        other.close();
    }
}
