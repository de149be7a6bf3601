package dev.imas.semi;

import static org.bytedeco.pytorch.global.torch.zeros;

import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A confidence threshold for each class (docs/method.md 3.2), beside the method's one for all. A network from few
 * labels is unsure of small and rare classes: hardly any of their pixels reaches tau, and the unlabelled images teach
 * next to nothing about them. Class c has tau * m_c / max m instead, with m_c the mean confidence of the batch's pixels
 * with pseudo-label c; the surest class keeps tau. Thresholds that follow a class's own confidence are known from
 * class-balanced self-training (Zou et al., ECCV 2018) and FreeMatch (Wang et al., ICLR 2023); this one keeps no state
 * between steps. There is no lower bound: a class of one unsure pixel teaches, with that pixel's weight.
 */
final class RelativeConfidence {
    /** Labels are bytes; classes that do not occur cost nothing. */
    private static final long LABELS = 256;
    /** Confidences are added up as integers of this resolution: the sum is exact, in any order and on any device. */
    private static final double UNIT = 1 << 24;

    private RelativeConfidence() {}

    /**
     * Pseudo-labels that meet tau where the given ones meet their class's threshold: confidences divided by
     * m_c / max m. They are no probabilities any more and may exceed 1. NaN stays NaN and counts nothing.
     */
    static PseudoLabels of(PseudoLabels pseudo) {
        return of(pseudo, Ranks.ALONE);
    }

    /** The same where the images of several processes are one batch. */
    static PseudoLabels of(PseudoLabels pseudo, Ranks ranks) {
        Tensor relative = Torch.scoped(() -> {
            Tensor confidence = pseudo.confidence().flatten();
            Tensor label = pseudo.labels().flatten().to(ScalarType.Long);
            return confidence
                    .div(share(confidence, label, ranks).index_select(0, label))
                    .view_as(pseudo.confidence());
        });
        return new PseudoLabels(pseudo.labels(), relative, pseudo.counts());
    }

    /** m_c / max m, f32 by label. */
    private static Tensor share(Tensor confidence, Tensor label, Ranks ranks) {
        Tensor known = confidence.eq(confidence).to(ScalarType.Long);
        Tensor units = confidence.nan_to_num().mul_(new Scalar(UNIT)).round_().to(ScalarType.Long);
        Tensor sum = zeros(new long[] {LABELS}, label.options()).scatter_add_(0, label, units);
        Tensor count = zeros(new long[] {LABELS}, label.options()).scatter_add_(0, label, known);
        ranks.sum(List.of(sum, count));
        Tensor mean = sum.to(ScalarType.Double).div(count.clamp_min(new Scalar(1)));
        return mean.div(mean.max()).to(ScalarType.Float);
    }
}
