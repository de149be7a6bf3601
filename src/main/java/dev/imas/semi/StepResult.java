package dev.imas.semi;

import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What one step found, as device tensors of the caller's scope that nobody has waited for yet.
 *
 * @param lossSup   f32 [1,1,1,1], auxiliary head included
 * @param lossUnsup f32 [1,1,1,1], lambda times the mean of the views; null in a supervised-only step
 * @param views     losses of the strong and, when CutMix fired, the mixed view, without lambda
 * @param pseudo    pseudo-labels as the teacher wrote them, before {@code class_thresholds}; null in a supervised-only step
 * @param agreement gamma as it steered the step; null in a supervised-only step
 * @param boxes     CutMix boxes, or null when it did not fire
 */
public record StepResult(Tensor lossSup, Tensor lossUnsup, List<Tensor> views, PseudoLabels pseudo, Agreement agreement, int[][] boxes) {
    /** lossSup + lossUnsup. */
    public Tensor total() {
        return lossUnsup == null ? lossSup : lossSup.add(lossUnsup);
    }
}
