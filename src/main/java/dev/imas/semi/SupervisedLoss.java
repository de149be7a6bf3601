package dev.imas.semi;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Supervised;
import dev.imas.device.TensorKernels;
import dev.imas.semi.Networks.Head;
import dev.imas.semi.Networks.Pass;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The loss of the labelled images, with the auxiliary head (docs/method.md 3.6). */
final class SupervisedLoss {
    private final Supervised settings;
    private final OfHead ofHead;

    SupervisedLoss(TensorKernels kernels, Supervised settings) {
        this.settings = settings;
        this.ofHead = ofHead(kernels, settings);
    }

    /**
     * @param total f32 [1,1,1,1]
     * @param dice  the Dice part of the main head, where there is one: f32 [1,1,1,1]
     */
    record Value(Tensor total, Optional<Tensor> dice) {}

    /** The loss of one head; writes its gradient, times the scale, beside the logits, where zeros stand. */
    private interface OfHead {
        Value of(Tensor logits, Tensor labels, double gradientScale, Tensor gradient);
    }

    /** The kernel where it has the loss; else its composition. */
    private static OfHead ofHead(TensorKernels kernels, Supervised settings) {
        boolean dice = settings.loss() == ImasConfig.SupervisedLoss.CE_PLUS_DICE;
        if (dice || !settings.classWeights().isEmpty()) {
            return new BalancedLoss(settings.classWeights(), dice)::of;
        }
        return (logits, labels, scale, gradient) -> new Value(
                kernels.supervisedLoss(
                        logits,
                        labels,
                        settings.loss(),
                        settings.ohemThreshold(),
                        settings.ohemMinKept(),
                        scale,
                        gradient),
                Optional.empty());
    }

    /**
     * The loss; its gradients are written beside the logits.
     *
     * @param labeled the labelled images of the pass
     * @param labels  u8 [Bl,1,H,W]
     */
    Value of(Pass pass, Span labeled, Tensor labels) {
        Value main = of(pass.main(), labeled, labels, 1);
        double weight = settings.auxWeight();
        return pass.auxiliary()
                .map(head -> of(head, labeled, labels, weight))
                .map(auxiliary -> new Value(main.total.add(auxiliary.total, new Scalar(weight)), main.dice))
                .orElse(main);
    }

    private Value of(Head head, Span labeled, Tensor labels, double gradientScale) {
        return ofHead.of(labeled.of(head.logits()), labels, gradientScale, labeled.of(head.gradient()));
    }
}
