package dev.imas.semi;

import static org.bytedeco.pytorch.global.torch.where;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import dev.imas.distributed.Ranks;
import dev.imas.image.LabelMap;
import dev.imas.nn.Bilinear;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Losses for classes of unequal size: cross-entropy with a weight a class, and soft Dice (docs/method.md 3.6). Both are
 * compositions of libtorch's operations on the enlarged logits; their gradients are written out in closed form.
 */
final class BalancedLoss {
    private static final long CLASS = 1;
    /** Below any count of pixels or weight that stands in a denominator. */
    private static final double TINY = 1e-30;

    private final List<Double> weights;
    private final boolean dice;
    private final Optional<HardPixels> hard;
    private final Ranks ranks;

    /**
     * @param weights one a class of the cross-entropy; empty: all the same
     * @param dice    whether Dice is added to it
     */
    BalancedLoss(List<Double> weights, boolean dice) {
        this(weights, dice, Optional.empty(), Ranks.ALONE);
    }

    /**
     * @param hard  which pixels the cross-entropy has; none: all that are labelled
     * @param ranks the processes whose images are one batch: their losses and gradients add up to its own
     */
    BalancedLoss(List<Double> weights, boolean dice, Optional<HardPixels> hard, Ranks ranks) {
        this.weights = List.copyOf(weights);
        this.dice = dice;
        this.hard = hard;
        this.ranks = ranks;
    }

    /** A loss and its gradient with respect to the enlarged logits, zero at pixels that take no part. */
    private record Term(Tensor loss, Tensor gradient) {}

    /**
     * What the labelled pixels are and what the network says there.
     *
     * @param labels           i64 [B,1,H,W], 0 where ignored
     * @param labeled          f32 [B,1,H,W], 1 or, where ignored, 0
     * @param logProbabilities f32 [B,C,H,W], finite where ignored
     * @param probabilities    f32 [B,C,H,W], 0 where ignored
     * @param truth            f32 [B,C,H,W], 1 at the label's class, 0 where ignored
     */
    private record Pixels(Tensor labels, Tensor labeled, Tensor logProbabilities, Tensor probabilities, Tensor truth) {
        /**
         * @param logits f32 [B,C,H,W]
         * @param labels u8 [B,1,H,W]
         */
        static Pixels of(Tensor logits, Tensor labels) {
            Tensor labeled = labels.ne(new Scalar(LabelMap.IGNORE));
            Tensor classes = labels.to(ScalarType.Long).masked_fill(labeled.logical_not(), new Scalar(0));
            Tensor known = labeled.to(ScalarType.Float);
            // What is ignored may be anything, not finite as well, and is to harm nothing.
            Tensor log = where(labeled, logits, new Scalar(0.0)).log_softmax(CLASS);
            Tensor truth = zeros_like(logits).scatter_(CLASS, classes, known);
            return new Pixels(classes, known, log, log.exp().mul_(known), truth);
        }
    }

    /**
     * The loss; its gradient, times the scale, is written beside the logits, where zeros stand.
     *
     * @param logits   f32 or bf16 [B,C,h,w]
     * @param labels   u8 [B,1,H,W], below C or 255
     * @param gradient of the same shape and type as the logits
     */
    SupervisedLoss.Value of(Tensor logits, Tensor labels, double gradientScale, Tensor gradient) {
        long height = labels.size(2);
        long width = labels.size(3);
        Tensor small = logits.to(ScalarType.Float);
        Pixels pixels = Pixels.of(Bilinear.enlarged(small, height, width), labels);
        Term entropy = crossEntropy(pixels);
        Optional<Term> overlap = dice ? Optional.of(dice(pixels)) : Optional.empty();
        Tensor enlarged =
                overlap.map(term -> entropy.gradient.add(term.gradient)).orElse(entropy.gradient);
        Tensor reduced = torch.upsample_bilinear2d_backward(
                enlarged,
                new long[] {height, width},
                new long[] {small.size(0), small.size(1), small.size(2), small.size(3)},
                true);
        gradient.add_(reduced.to(gradient.scalar_type()), new Scalar(gradientScale));
        return new SupervisedLoss.Value(
                overlap.map(term -> entropy.loss.add(term.loss)).orElse(entropy.loss), overlap.map(Term::loss));
    }

    /** The mean of the labelled pixels' -log p, each weighted by its class. */
    private Term crossEntropy(Pixels pixels) {
        Tensor weight = weight(pixels);
        Tensor sum = weight.sum();
        ranks.sum(sum);
        Tensor share = weight.div_(sum.clamp_min(new Scalar(TINY)));
        Tensor loss = pixels.logProbabilities
                .gather(CLASS, pixels.labels)
                .mul(share)
                .sum()
                .neg();
        return new Term(
                loss.view(1, 1, 1, 1), pixels.probabilities.sub(pixels.truth).mul_(share));
    }

    /** Of each pixel, f32 [B,1,H,W]. */
    private Tensor weight(Pixels pixels) {
        if (hard.isPresent()) {
            return hard.get().of(pixels.labels, pixels.labeled, pixels.logProbabilities);
        }
        if (weights.isEmpty()) {
            return pixels.labeled.clone();
        }
        Tensor weight = zeros_like(pixels.labeled);
        for (int c = 0; c < weights.size(); c++) {
            weight.add_(pixels.truth.narrow(CLASS, c, 1), new Scalar(weights.get(c)));
        }
        return weight;
    }

    /** One minus the mean Dice of the classes that the batch's labelled pixels have, over the whole batch. */
    private Term dice(Pixels pixels) {
        Tensor p = pixels.probabilities;
        Tensor y = pixels.truth;
        Tensor common = overBatch(p.mul(y));
        Tensor trueArea = overBatch(y);
        Tensor area = overBatch(p);
        ranks.sum(List.of(common, trueArea, area));
        Tensor both = area.add_(trueArea).clamp_min(new Scalar(TINY));
        Tensor present = trueArea.gt(new Scalar(0)).to(ScalarType.Float);
        Tensor share = present.div(present.sum().clamp_min(new Scalar(1.0)));
        Tensor score = common.mul(new Scalar(2.0)).div(both);
        Tensor loss = share.mul(score.sub(new Scalar(1.0))).sum().neg();
        // dScore/dp = 2y/both - score/both; a softmax passes on what differs from its own mean.
        Tensor perProbability = score.sub(y.mul(new Scalar(2.0))).div_(both).mul_(share);
        Tensor mean = perProbability.mul(p).sum(new long[] {CLASS}, true, new ScalarTypeOptional());
        Tensor part = ranks.alone() ? loss : loss.div(new Scalar(ranks.count())); // everybody has all of it
        return new Term(part.view(1, 1, 1, 1), perProbability.sub_(mean).mul_(p));
    }

    /** f32 [1,C,1,1]. */
    private static Tensor overBatch(Tensor t) {
        return t.sum(new long[] {0, 2, 3}, true, new ScalarTypeOptional());
    }
}
