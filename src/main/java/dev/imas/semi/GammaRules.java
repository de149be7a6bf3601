package dev.imas.semi;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Unsupervised;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What gamma decides in a step, with every switch of {@link Unsupervised} (method 3.2-3.4, 4). */
final class GammaRules {
    private final TensorKernels kernels;
    private final Compute compute;
    private final Method method;
    private final Unsupervised switches;

    GammaRules(TensorKernels kernels, Compute compute, ImasConfig config) {
        this.kernels = kernels;
        this.compute = compute;
        this.method = config.method();
        this.switches = config.unsupervised();
    }

    /** gamma, partners and mean; the uniform method has gamma = 1 for every image. */
    Agreement measure(PseudoLabels pseudo) {
        Agreement measured = kernels.agreement(pseudo, switches);
        if (method != Method.UNIFORM) {
            return measured;
        }
        Scalar one = new Scalar(1.0);
        int[] reversed = new int[(int) measured.gamma().size(0)];
        Arrays.setAll(reversed, i -> reversed.length - 1 - i);
        measured.parts().narrow(3, 4, 1).fill_(one);
        return new Agreement(measured.parts(), measured.gamma().fill_(one), compute.upload(reversed, reversed.length, 1, 1, 1), measured.mean().fill_(one));
    }

    /** gamma as the intensity kernel takes it: null (strong as it is), the blend's share, or a Bernoulli choice. */
    Tensor intensity(Agreement agreement, StepDraws draws) {
        Tensor gamma = agreement.gamma();
        return switch (switches.intensityMix()) {
            case OFF -> null;
            case BLEND -> gamma;
            case BERNOULLI -> {
                Tensor uniforms = compute.upload(draws.intensity((int) gamma.size(0)), gamma.size(0), 1, 1, 1);
                yield uniforms.lt(gamma).to(ScalarType.Float);
            }
        };
    }

    /** Whether CutMix fires, and where. The adaptive trigger is the step's only wait for a device value. */
    CutMix cutmix(Agreement agreement, StepDraws draws, long height, long width) {
        if (switches.cutmix() == CutMixTrigger.OFF) {
            return CutMix.NONE;
        }
        boolean adaptive = switches.cutmix() == CutMixTrigger.ADAPTIVE;
        double meanGamma = adaptive || switches.cutmixScaleByHardness() ? agreement.mean().item_float() : Double.NaN;
        if (!(draws.trigger() < (adaptive ? meanGamma : switches.cutmixProbability()))) {
            return CutMix.NONE;
        }
        int count = (int) agreement.gamma().size(0);
        int[][] boxes = draws.boxes(count, (int) height, (int) width, switches.cutmixScaleByHardness() ? meanGamma : 1);
        int[] flat = Arrays.stream(boxes).flatMapToInt(Arrays::stream).toArray();
        Tensor partners = switches.cutmixPairing() == CutMixPairing.HARDNESS ? agreement.pairing() : compute.upload(draws.pairing(count), count, 1, 1, 1);
        return new CutMix(boxes, compute.upload(flat, count, 1, 1, 4), partners);
    }
}
