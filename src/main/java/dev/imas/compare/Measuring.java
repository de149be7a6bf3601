package dev.imas.compare;

import dev.imas.common.FileProblem;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.data.WithoutBroken;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.predict.Measurer;
import dev.imas.predict.Segmenter;
import dev.imas.run.RunDirectory;
import dev.imas.run.ValidationCounts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Counts the pixels of each validation picture under the network that a run left, as {@code imas evaluate} sees it. */
final class Measuring {
    /** Of boundaries, which are not looked at here. */
    private static final double TOLERANCE = 0;

    private Measuring() {}

    /** Writes {@link RunDirectory#validationCounts}. */
    static void measure(RunDirectory run, ImasConfig config) {
        try (Segmenter segmenter = open(run)) {
            counts(segmenter, pictures(config)).write(run.validationCounts());
        } catch (IOException e) {
            throw new UserException(
                    run.validationCounts() + " could not be written (" + FileProblem.of(e, run.validationCounts())
                            + "); mend that, then use --resume",
                    e);
        }
    }

    /** The network that a finished run left. */
    static Segmenter open(RunDirectory run) {
        return Segmenter.open(run.root(), Segmenter.Options.defaults());
    }

    /** The validation pictures of a run. */
    static ImageSource pictures(ImasConfig config) {
        ImageSource validation = Dataset.openValidation(config).validation();
        return config.data().skipBroken() ? new WithoutBroken(validation) : validation;
    }

    private static ValidationCounts counts(Segmenter segmenter, ImageSource source) {
        int classes = segmenter.classes();
        List<String> names = new ArrayList<>();
        List<long[]> truths = new ArrayList<>();
        List<long[]> predictions = new ArrayList<>();
        List<long[]> shared = new ArrayList<>();
        Measurer.measure(segmenter, source, TOLERANCE, (score, picture, truth, prediction, done) -> {
            Interrupts.check();
            ConfusionMatrix matrix = ConfusionMatrix.of(truth, prediction, classes);
            long[][] of = new long[3][classes];
            for (int c = 0; c < classes; c++) {
                of[0][c] = matrix.truth(c);
                of[1][c] = matrix.predicted(c);
                of[2][c] = matrix.count(c, c);
            }
            names.add(score.id());
            truths.add(of[0]);
            predictions.add(of[1]);
            shared.add(of[2]);
        });
        return new ValidationCounts(
                List.copyOf(names),
                truths.toArray(long[][]::new),
                predictions.toArray(long[][]::new),
                shared.toArray(long[][]::new));
    }
}
