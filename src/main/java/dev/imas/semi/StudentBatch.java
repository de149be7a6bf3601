package dev.imas.semi;

import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Composed;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

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
     */
    record View(Span images, Tensor labels, Tensor confidence) {}

    /** Makes the batches of a configuration. */
    static final class Composer {
        private final TensorKernels kernels;
        private final boolean weakInBatch;

        Composer(TensorKernels kernels, boolean weakInBatch) {
            this.kernels = kernels;
            this.weakInBatch = weakInBatch;
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
                Composed composed = kernels.composeMixed(
                        in.labeled(),
                        in.weak(),
                        in.strong(),
                        strongShare,
                        fired.partners(),
                        fired.boxTensor(),
                        weakInBatch,
                        targets);
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
    }
}
