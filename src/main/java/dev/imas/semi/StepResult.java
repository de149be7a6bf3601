package dev.imas.semi;

import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** What one step found, as device tensors of the caller's scope that nobody has waited for yet. */
public sealed interface StepResult {
    /** Supervised loss, auxiliary head included: f32 [1,1,1,1]. */
    Tensor lossSup();

    /** The Dice part of the main head's, with {@code ce+dice}: f32 [1,1,1,1]. */
    Optional<Tensor> lossDice();

    /** The whole loss: f32 [1,1,1,1]. */
    Tensor total();

    /** Of a step without unlabelled images. */
    record Supervised(Tensor lossSup, Optional<Tensor> lossDice) implements StepResult {
        @Override
        public Tensor total() {
            return lossSup;
        }
    }

    /**
     * Of a step with unlabelled images.
     *
     * @param lossUnsup f32 [1,1,1,1], lambda times the mean of the views
     * @param views     losses of the strong and, when CutMix fired, the mixed view, without lambda; f32 [1,1,1,1] each
     * @param pseudo    pseudo-labels as the teacher wrote them, before {@link ThresholdRule}
     * @param agreement gamma as it steered the step
     * @param cutmix    whether CutMix fired, and where
     */
    record SemiSupervised(
            Tensor lossSup,
            Optional<Tensor> lossDice,
            Tensor lossUnsup,
            List<Tensor> views,
            PseudoLabels pseudo,
            Agreement agreement,
            CutMix cutmix)
            implements StepResult {
        @Override
        public Tensor total() {
            return lossSup.add(lossUnsup);
        }
    }
}
