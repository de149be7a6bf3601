package dev.imas.semi;

import dev.imas.distributed.Ranks;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * OHEM's choice of pixels (docs/method.md 3.6) where the images of several processes are one batch: the threshold is
 * that of all of them. One process's is chosen by the kernel.
 *
 * @param threshold probability of the true class up to which a pixel is kept
 * @param minKept   at least as many pixels of the whole batch are kept
 */
record HardPixels(double threshold, long minKept, Ranks ranks) {
    private static final long CLASS = 1;
    /** Above every probability: ranked last and left out. */
    private static final double NO_NUMBER = 2;

    /**
     * 1 at pixels that are kept, else 0: f32 [B,1,H,W].
     *
     * @param labels           i64 [B,1,H,W], 0 where ignored
     * @param labeled          f32 [B,1,H,W], 1 or, where ignored, 0
     * @param logProbabilities f32 [B,C,H,W]
     */
    Tensor of(Tensor labels, Tensor labeled, Tensor logProbabilities) {
        long all = everybodys(labeled);
        if (minKept <= 0 || minKept > all) {
            return labeled.clone();
        }
        Tensor known = labeled.gt(new Scalar(0));
        Tensor p = logProbabilities.gather(CLASS, labels).exp_();
        Tensor number = p.where(p.eq(p), torch.full_like(p, new Scalar(NO_NUMBER)));
        Tensor ranked = number.where(known, torch.ones_like(number));
        double limit = limit(ranked);
        Tensor kept = ranked.le(new Scalar(limit)).logical_and(known).to(ScalarType.Float);
        return everybodys(kept) == 0 ? labeled.clone() : kept; // none of the probabilities is a number
    }

    /** max(threshold, the minKept-th smallest). */
    private double limit(Tensor ranked) {
        float least = (float) Math.min(Math.max(threshold, 0), 1);
        if (least >= 1 || everybodys(ranked.le(new Scalar((double) least))) >= minKept) {
            return least;
        }
        return ranks.gathered(ranked.flatten()).kthvalue(minKept).get0().item_float();
    }

    private long everybodys(Tensor pixels) {
        Tensor count = pixels.to(ScalarType.Long).sum();
        ranks.sum(count);
        return count.item_long();
    }
}
