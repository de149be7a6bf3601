package dev.imas.semi;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** What one step learns from: normalised images as f32, with or without unlabelled ones. */
public sealed interface StepInput {
    /** [Bl,3,H,W]. */
    Tensor labeled();

    /** u8 [Bl,1,H,W]; 255 takes no part. */
    Tensor labels();

    /** Labelled images alone. */
    record Supervised(Tensor labeled, Tensor labels) implements StepInput {}

    /**
     * Labelled and unlabelled images.
     *
     * @param weak    [B,3,H,W], the weak views
     * @param strong  [B,3,H,W], the strong views of the same crops; with two of each [2B,3,H,W], all first ones first
     * @param covered which part of an unlabelled crop its picture covers, i32 [B,1,1,4]: top, left, bottom, right, the
     *                last two exclusive; none: it is not known, and taken for all of it
     */
    record SemiSupervised(Tensor labeled, Tensor labels, Tensor weak, Tensor strong, Optional<Tensor> covered)
            implements StepInput {
        /** Of crops that their pictures cover. */
        public SemiSupervised(Tensor labeled, Tensor labels, Tensor weak, Tensor strong) {
            this(labeled, labels, weak, strong, Optional.empty());
        }
    }
}
