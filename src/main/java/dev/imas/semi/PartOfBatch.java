package dev.imas.semi;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Statistics;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.distributed.Ranks;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The images of one process as a part of a step's batch, {@code training.statistics} (docs/method.md 3).
 *
 * @param ranks    the processes that learn together
 * @param deciding those whose images are one batch for what the method decides: all of them, or this one alone
 * @param pieces   in which this process learns from its part, {@code training.accumulate}
 */
record PartOfBatch(Ranks ranks, Ranks deciding, int pieces) {
    static final PartOfBatch WHOLE = new PartOfBatch(Ranks.ALONE, Ranks.ALONE, 1);

    static PartOfBatch of(ImasConfig config, Ranks ranks) {
        boolean together = config.training().statistics() == Statistics.GLOBAL;
        return new PartOfBatch(
                ranks, together ? ranks : Ranks.ALONE, config.training().accumulate());
    }

    /** Whether what is learned from at once is a whole batch. */
    boolean whole() {
        return ranks.alone() && pieces == 1;
    }

    /** In how many equal parts a batch is learned from, by all processes. */
    int parts() {
        return ranks.count() * pieces;
    }

    /** With the counts of all images that decide together. */
    PseudoLabels everybodys(PseudoLabels pseudo) {
        return deciding.alone()
                ? pseudo
                : new PseudoLabels(pseudo.labels(), pseudo.confidence(), deciding.gathered(pseudo.counts()));
    }

    /** This process's images of those that decide together. */
    Span own(Agreement agreement) {
        return Span.of(deciding.share(), agreement.gamma().size(0));
    }

    /** What was found of this process's images. */
    Agreement own(Agreement agreement, Span images) {
        return images.count() == agreement.gamma().size(0)
                ? agreement
                : new Agreement(
                        images.of(agreement.parts()),
                        images.of(agreement.gamma()),
                        agreement.pairing(),
                        agreement.mean());
    }

    /** Losses f32 [1,1,1,1] of the whole batch, from this process's parts of them. */
    Tensor[] whole(Tensor... parts) {
        if (ranks.alone()) {
            return parts;
        }
        Tensor all = torch.cat(new TensorVector(parts), 0);
        ranks.sum(all);
        Tensor[] sums = new Tensor[parts.length];
        for (int i = 0; i < parts.length; i++) {
            sums[i] = all.narrow(0, i, 1);
        }
        return sums;
    }
}
