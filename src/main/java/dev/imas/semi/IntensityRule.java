package dev.imas.semi;

import dev.imas.config.ImasConfig.IntensityMix;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels.Agreement;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How strongly an image is augmented, {@code unsupervised.intensity_mix} (docs/method.md 3.3). */
interface IntensityRule {
    /** The strong view's share of each image, f32 [B,1,1,1] in [0,1], the weak view has the rest; none: all of it. */
    Optional<Tensor> share(Agreement agreement, StepDraws draws);

    static IntensityRule of(IntensityMix mix, Compute compute) {
        return switch (mix) {
            case OFF -> (agreement, draws) -> Optional.empty();
            case BLEND -> (agreement, draws) -> Optional.of(agreement.gamma());
            case BERNOULLI -> (agreement, draws) -> Optional.of(choice(agreement.gamma(), draws, compute));
        };
    }

    /** 1 with probability gamma, else 0. */
    private static Tensor choice(Tensor gamma, StepDraws draws, Compute compute) {
        Tensor uniforms = compute.upload(draws.intensity((int) gamma.size(0)), gamma.size(0), 1, 1, 1);
        return uniforms.lt(gamma).to(ScalarType.Float);
    }
}
