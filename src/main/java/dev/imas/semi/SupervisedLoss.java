package dev.imas.semi;

import dev.imas.config.ImasConfig.Supervised;
import dev.imas.device.TensorKernels;
import dev.imas.semi.Networks.Head;
import dev.imas.semi.Networks.Pass;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Cross-entropy of the labelled images, or its hard pixels alone, with the auxiliary head (docs/method.md 3.6). */
final class SupervisedLoss {
    private final TensorKernels kernels;
    private final Supervised settings;

    SupervisedLoss(TensorKernels kernels, Supervised settings) {
        this.kernels = kernels;
        this.settings = settings;
    }

    /**
     * The loss, f32 [1,1,1,1]; its gradients are written beside the logits.
     *
     * @param labeled the labelled images of the pass
     * @param labels  u8 [Bl,1,H,W]
     */
    Tensor of(Pass pass, Span labeled, Tensor labels) {
        Tensor loss = of(pass.main(), labeled, labels, 1);
        double weight = settings.auxWeight();
        return pass.auxiliary()
                .map(head -> of(head, labeled, labels, weight))
                .map(auxiliary -> loss.add(auxiliary, new Scalar(weight)))
                .orElse(loss);
    }

    private Tensor of(Head head, Span labeled, Tensor labels, double gradientScale) {
        return kernels.supervisedLoss(
                labeled.of(head.logits()),
                labels,
                settings.loss(),
                settings.ohemThreshold(),
                settings.ohemMinKept(),
                gradientScale,
                labeled.of(head.gradient()));
    }
}
