package dev.imas.semi;

import dev.imas.device.TensorKernels.Agreement;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** What an image counts in the consistency loss, {@code unsupervised.weight_by_hardness} (docs/method.md 3.7). */
interface WeightRule {
    /** One weight an image, f32 [B,1,1,1]; none: each counts 1. */
    Optional<Tensor> weights(Agreement agreement);

    static WeightRule of(boolean byHardness) {
        return byHardness ? agreement -> Optional.of(agreement.gamma()) : agreement -> Optional.empty();
    }
}
