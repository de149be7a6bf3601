package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.run.StepMetrics;
import dev.imas.semi.StepResult;
import java.nio.file.Path;

/** Losses and weights must stay finite numbers: otherwise the run ends, with advice. */
final class Divergence {
    private final Path checkpoints;

    /** @param checkpoints where the last state before lies */
    Divergence(Path checkpoints) {
        this.checkpoints = checkpoints;
    }

    /** Looks at the losses of a step, waiting for the device. */
    void check(StepResult result, long step, double lr) {
        if (!Float.isFinite(result.total().item_float())) {
            double supervised = result.lossSup().item_float();
            throw result instanceof StepResult.SemiSupervised semi
                    ? notFinite(step, losses(supervised, semi.lossUnsup().item_float()), lr)
                    : notFinite(step, losses(supervised), lr);
        }
    }

    /** Looks at the losses of a step among its figures, which it hands on. */
    StepMetrics checked(StepFigures.Reading reading) {
        StepMetrics m = reading.metrics();
        if (!reading.finite()) {
            String losses = reading.semi() ? losses(m.lossSup(), m.lossUnsup()) : losses(m.lossSup());
            throw notFinite(m.step(), losses, m.lr());
        }
        return m;
    }

    /** Looks at all weights of the student, waiting for the device. */
    void check(Models models, long step) {
        if (!models.finite()) {
            throw diverged("a weight is not finite after step " + step);
        }
    }

    private static String losses(double supervised) {
        return "supervised " + supervised;
    }

    private static String losses(double supervised, double unsupervised) {
        return losses(supervised) + ", unsupervised " + unsupervised;
    }

    private UserException notFinite(long step, String losses, double lr) {
        return diverged("the loss is not finite at step " + step + " (" + losses + ", lr " + lr + ")");
    }

    private UserException diverged(String what) {
        return new UserException(what + ": the training diverged; try a lower training.lr, a lower unsupervised.weight"
                + " or precision fp32; the last checkpoint remains in " + checkpoints);
    }
}
