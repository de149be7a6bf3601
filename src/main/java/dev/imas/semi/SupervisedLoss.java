package dev.imas.semi;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Supervised;
import dev.imas.device.TensorKernels;
import dev.imas.distributed.Ranks;
import dev.imas.image.LabelMap;
import dev.imas.semi.Networks.Head;
import dev.imas.semi.Networks.Pass;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The loss of the labelled images, with the auxiliary head (docs/method.md 3.6). */
final class SupervisedLoss {
    private final Supervised settings;
    private final OfHead ofHead;
    private final PartOfBatch part;

    SupervisedLoss(TensorKernels kernels, Supervised settings) {
        this(kernels, settings, PartOfBatch.WHOLE);
    }

    /** @param part of which batch the images are; the parts' losses and gradients add up to its own */
    SupervisedLoss(TensorKernels kernels, Supervised settings, PartOfBatch part) {
        this.settings = settings;
        this.ofHead = ofHead(kernels, ofPiece(settings, part.pieces()), part.deciding());
        this.part = part;
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

    /** OHEM keeps a piece's share of the pixels in each. */
    private static Supervised ofPiece(Supervised settings, int pieces) {
        return settings.withOhemMinKept((settings.ohemMinKept() + pieces - 1) / pieces);
    }

    /** The kernel where it has the loss; else its composition. */
    private static OfHead ofHead(TensorKernels kernels, Supervised settings, Ranks ranks) {
        boolean dice = settings.loss() == ImasConfig.SupervisedLoss.CE_PLUS_DICE;
        if (dice || !settings.classWeights().isEmpty()) {
            return new BalancedLoss(settings.classWeights(), dice, Optional.empty(), ranks)::of;
        }
        if (settings.loss() == ImasConfig.SupervisedLoss.OHEM && !ranks.alone()) {
            HardPixels hard = new HardPixels(settings.ohemThreshold(), settings.ohemMinKept(), ranks);
            return new BalancedLoss(List.of(), false, Optional.of(hard), ranks)::of;
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

    /** The loss of images that are all of this process's; see {@link #of(Pass, Span, Tensor, Tensor)}. */
    Value of(Pass pass, Span labeled, Tensor labels) {
        return of(pass, labeled, labels, labels);
    }

    /**
     * The loss; its gradients are written beside the logits.
     *
     * @param labeled the labelled images of the pass
     * @param labels  u8 [bl,1,H,W], theirs
     * @param all     u8 [Bl,1,H,W], those of all pieces of this process's part of the batch
     */
    Value of(Pass pass, Span labeled, Tensor labels, Tensor all) {
        Optional<Tensor> share = share(labels, all);
        Value main = of(pass.main(), labeled, labels, 1, share);
        double weight = settings.auxWeight();
        return pass.auxiliary()
                .map(head -> of(head, labeled, labels, weight, share))
                .map(auxiliary -> new Value(main.total.add(auxiliary.total, new Scalar(weight)), main.dice))
                .orElse(main);
    }

    private Value of(Head head, Span labeled, Tensor labels, double gradientScale, Optional<Tensor> share) {
        Tensor gradient = labeled.of(head.gradient());
        Value value = ofHead.of(labeled.of(head.logits()), labels, gradientScale, gradient);
        if (share.isEmpty()) {
            return value;
        }
        gradient.mul_(share.get());
        return new Value(value.total.mul(share.get()), value.dice.map(dice -> dice.mul(share.get())));
    }

    /**
     * What the loss of these images counts in that of the batch, f32 [1,1,1,1]; none: all of it. A mean over labelled
     * pixels counts by their number; other losses know the images of all processes but not of other pieces.
     */
    private Optional<Tensor> share(Tensor labels, Tensor all) {
        if (part.whole()) {
            return Optional.empty();
        }
        Tensor own = labeled(labels);
        boolean mean = settings.loss() == ImasConfig.SupervisedLoss.CE
                && settings.classWeights().isEmpty();
        if (!mean) {
            int parts = part.deciding().alone() ? part.parts() : part.pieces();
            return Optional.of(torch.full_like(own, new Scalar(1.0 / parts))
                    .to(ScalarType.Float)
                    .view(1, 1, 1, 1));
        }
        Tensor whole = labeled(all);
        part.deciding().sum(whole);
        Tensor share = own.div(whole.clamp_min(new Scalar(1.0)));
        if (part.deciding().alone()) {
            share.div_(new Scalar(part.ranks().count()));
        }
        return Optional.of(share.to(ScalarType.Float).view(1, 1, 1, 1));
    }

    /** How many labelled pixels there are, f64. */
    private static Tensor labeled(Tensor labels) {
        return labels.ne(new Scalar(LabelMap.IGNORE)).sum().to(ScalarType.Double);
    }
}
