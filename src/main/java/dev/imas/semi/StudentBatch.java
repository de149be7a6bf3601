package dev.imas.semi;

import dev.imas.common.Share;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Composed;
import dev.imas.device.TensorKernels.Partners;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.distributed.Ranks;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * The one batch that the student learns from (docs/method.md 3.5): labelled | weak | cutmix | strong. The weak part is
 * there with {@code unsupervised.weak_in_batch}, for the batch statistics alone; the mixed one when CutMix fired.
 *
 * @param images  [N,3,H,W]
 * @param labeled where the labelled images are
 * @param views   what the consistency loss compares: the strong view, then the mixed one
 */
record StudentBatch(Tensor images, Span labeled, List<View> views) {
    /**
     * A part of the batch and what the student shall say there.
     *
     * @param images     where it is
     * @param labels     u8 [B,1,H,W]
     * @param confidence f32 [B,1,H,W]
     * @param factor     on the mean over all pixels, f32 [1,1,1,1]; none: 1
     */
    record View(Span images, Tensor labels, Tensor confidence, Optional<Tensor> factor) {
        View(Span images, Tensor labels, Tensor confidence) {
            this(images, labels, confidence, Optional.empty());
        }
    }

    /** The same with a factor for every view, by its place. */
    StudentBatch withFactors(IntFunction<Tensor> factors) {
        List<View> counted = IntStream.range(0, views.size())
                .mapToObj(i -> new View(
                        views.get(i).images,
                        views.get(i).labels,
                        views.get(i).confidence,
                        Optional.of(factors.apply(i))))
                .toList();
        return new StudentBatch(images, labeled, counted);
    }

    /**
     * One of so many equal pieces, which has as large a share of every part of the batch.
     *
     * @param share of a number of pieces that divides the labelled and the unlabelled images
     */
    StudentBatch piece(Share share) {
        long unlabeled = views.get(0).labels().size(0);
        Span own = Span.of(share, unlabeled);
        long first = labeled.count() / share.parts();
        TensorVector parts = new TensorVector();
        parts.push_back(Span.of(share, labeled.count()).of(images));
        for (long begin = labeled.count(); begin < images.size(0); begin += unlabeled) {
            parts.push_back(images.narrow(0, begin + own.first(), own.count()));
        }
        List<View> pieces = views.stream()
                .map(view -> new View(
                        new Span(first + (view.images.first() - labeled.count()) / share.parts(), own.count()),
                        own.of(view.labels),
                        own.of(view.confidence),
                        view.factor))
                .toList();
        return new StudentBatch(laidOut(torch.cat(parts, 0)), new Span(0, first), pieces);
    }

    /** As the network takes it. */
    private Tensor laidOut(Tensor piece) {
        boolean channelsLast = images.is_contiguous(MemoryFormat.ChannelsLast);
        return piece.contiguous(channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous);
    }

    /** Makes the batches of a configuration. */
    static final class Composer {
        private final TensorKernels kernels;
        private final boolean weakInBatch;
        private final Ranks ranks;

        Composer(TensorKernels kernels, boolean weakInBatch) {
            this(kernels, weakInBatch, Ranks.ALONE);
        }

        /** @param ranks the processes whose images are one batch, and each other's partners */
        Composer(TensorKernels kernels, boolean weakInBatch, Ranks ranks) {
            this.kernels = kernels;
            this.weakInBatch = weakInBatch;
            this.ranks = ranks;
        }

        /**
         * Writes the batch in one pass over the images.
         *
         * @param share   the strong view's share, see {@link IntensityRule}
         * @param targets what the weak views teach
         */
        StudentBatch compose(StepInput.SemiSupervised in, Optional<Tensor> share, CutMix cutmix, PseudoLabels targets) {
            Tensor strongShare = share.orElse(null);
            long count = in.weak().size(0);
            Span labeled = new Span(0, in.labeled().size(0));
            Span weak = labeled.next(weakInBatch ? count : 0);
            if (cutmix instanceof CutMix.Fired fired) {
                Composed composed = ranks.alone()
                        ? mixed(in, strongShare, fired, targets)
                        : shared(in, strongShare, fired, targets);
                Span mixed = weak.next(count);
                return new StudentBatch(
                        composed.batch(),
                        labeled,
                        List.of(
                                new View(mixed.next(count), targets.labels(), targets.confidence()),
                                new View(mixed, composed.labels(), composed.confidence())));
            }
            Tensor batch = kernels.compose(in.labeled(), in.weak(), in.strong(), strongShare, weakInBatch);
            return new StudentBatch(
                    batch, labeled, List.of(new View(weak.next(count), targets.labels(), targets.confidence())));
        }

        private Composed mixed(
                StepInput.SemiSupervised in, Tensor strongShare, CutMix.Fired fired, PseudoLabels targets) {
            return kernels.composeMixed(
                    in.labeled(),
                    in.weak(),
                    in.strong(),
                    strongShare,
                    fired.partners(),
                    fired.boxTensor(),
                    weakInBatch,
                    targets);
        }

        /** The same where the partners may be other processes' images. */
        private Composed shared(
                StepInput.SemiSupervised in, Tensor strongShare, CutMix.Fired fired, PseudoLabels targets) {
            Span own = Span.of(ranks.share(), fired.boxTensor().size(0));
            PseudoLabels everybodys = new PseudoLabels(
                    ranks.gathered(targets.labels()), ranks.gathered(targets.confidence()), targets.counts());
            Partners partners = Partners.of(ranks.gathered(in.weak()), everybodys, own.of(fired.partners()));
            return kernels.composeMixed(
                    in.labeled(),
                    in.weak(),
                    in.strong(),
                    strongShare,
                    partners,
                    own.of(fired.boxTensor()),
                    weakInBatch,
                    targets);
        }
    }
}
