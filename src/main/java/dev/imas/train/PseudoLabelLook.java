package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.ClassThresholds;
import dev.imas.config.ImasConfig.Method;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.distributed.Ranks;
import dev.imas.predict.Evaluator;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import dev.imas.run.PseudoLabels.Look;
import dev.imas.run.PseudoLabels.OfClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Whether the teacher's labels are fit to be learned from: how many pixels of some unlabelled pictures it is confident
 * of, and how many of those of the validation pictures are right, which is seen while they are measured. Pictures are
 * seen as evaluation sees them, not cropped and turned as training does; nothing of the run's draws is used.
 */
final class PseudoLabelLook implements Evaluator.Observer {
    /** One unlabelled picture for so many validation pictures: looking takes a small part of an evaluation. */
    private static final int PER_UNLABELLED = 8;

    private static final int LEAST = 4;
    private static final int MOST = 32;

    private final ImasConfig config;
    private final Dataset data;
    private ConfidenceCounts validation;

    PseudoLabelLook(ImasConfig config, Dataset data) {
        this.config = config;
        this.data = data;
        forget();
    }

    /** None where nothing is learned from unlabelled pictures. */
    static Optional<PseudoLabelLook> of(ImasConfig config, Dataset data) {
        boolean unlabelled =
                config.method() != Method.SUPERVISED && data.unlabeled().size() > 0;
        return unlabelled ? Optional.of(new PseudoLabelLook(config, data)) : Optional.empty();
    }

    private void forget() {
        validation = new ConfidenceCounts(config.data().classes());
    }

    @Override
    public void answered(byte[] labels, float[] confidence, byte[] truth) {
        validation.add(labels, confidence, truth);
    }

    /** What all processes have seen becomes what rank 0 has; the others begin again. */
    void share(Ranks ranks) {
        validation.add(ranks);
        if (!ranks.leads()) {
            forget();
        }
    }

    /**
     * What was seen since the last time, with unlabelled pictures that are looked at now.
     *
     * @param epoch from 1
     * @param step  steps finished
     */
    Look at(int epoch, long step, Segmenter teacher) {
        try {
            return seen(epoch, step, teacher);
        } finally {
            forget();
        }
    }

    private Look seen(int epoch, long step, Segmenter teacher) {
        ConfidenceCounts unlabelled = unlabelled(teacher);
        double[] thresholds = thresholds(unlabelled);
        List<OfClass> classes = new ArrayList<>();
        for (int c = 0; c < thresholds.length; c++) {
            double t = thresholds[c];
            classes.add(new OfClass(
                    c,
                    data.classNames().get(c),
                    t,
                    unlabelled.labelled(c),
                    unlabelled.confident(c, t),
                    validation.truth(c),
                    validation.labelled(c),
                    validation.confident(c, t),
                    validation.right(c, t)));
        }
        return new Look(epoch, step, List.copyOf(classes));
    }

    private ConfidenceCounts unlabelled(Segmenter teacher) {
        ConfidenceCounts counts = new ConfidenceCounts(config.data().classes());
        int size = data.unlabeled().size();
        int wanted = Math.min(MOST, Math.max(LEAST, data.validation().size() / PER_UNLABELLED));
        int count = Math.min(size, wanted);
        for (int k = 0; k < count; k++) {
            loaded((int) ((long) k * size / count)).ifPresent(loaded -> {
                Segmentation seen = teacher.segment(loaded.picture());
                counts.add(seen.labels().labels(), seen.confidence());
            });
        }
        return counts;
    }

    /** A picture that cannot be read is left out here; the run itself says what becomes of it. */
    private Optional<ImageSource.Loaded> loaded(int i) {
        try {
            return data.unlabeled().load(i, false);
        } catch (UserException e) {
            return Optional.empty();
        }
    }

    /** As the run has them, by unsupervised.class_thresholds; what a step finds in its batch is found in all here. */
    private double[] thresholds(ConfidenceCounts unlabelled) {
        double tau = config.unsupervised().threshold();
        int classes = config.data().classes();
        if (config.unsupervised().classThresholds() == ClassThresholds.SAME) {
            return IntStream.range(0, classes).mapToDouble(c -> tau).toArray();
        }
        double[] means = IntStream.range(0, classes)
                .mapToDouble(c -> unlabelled.labelled(c) > 0 ? unlabelled.mean(c) : validation.mean(c))
                .toArray();
        double surest = IntStream.range(0, classes)
                .mapToDouble(c -> means[c])
                .filter(mean -> !Double.isNaN(mean))
                .max()
                .orElse(1);
        return IntStream.range(0, classes)
                .mapToDouble(c -> Double.isNaN(means[c]) ? tau : tau * means[c] / surest)
                .toArray();
    }
}
