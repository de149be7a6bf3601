package dev.imas.semi;

import dev.imas.config.ImasConfig.ClassThresholds;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.distributed.Ranks;

/**
 * From which confidence on a pixel teaches, {@code unsupervised.class_thresholds} (docs/method.md 3.2). The losses
 * compare with the one tau; a rule of other thresholds says so by the confidences that it gives them.
 */
interface ThresholdRule {
    /** What the student shall learn: the pseudo-labels, with confidences that meet tau where a pixel is to teach. */
    PseudoLabels targets(PseudoLabels pseudo);

    static ThresholdRule of(ClassThresholds thresholds) {
        return of(thresholds, Ranks.ALONE);
    }

    /** @param ranks the processes whose images are one batch */
    static ThresholdRule of(ClassThresholds thresholds, Ranks ranks) {
        return switch (thresholds) {
            case SAME -> pseudo -> pseudo;
            case BY_CONFIDENCE -> pseudo -> RelativeConfidence.of(pseudo, ranks);
        };
    }
}
