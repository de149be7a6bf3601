package dev.imas.semi;

import org.bytedeco.pytorch.Tensor;

/** What {@link CutMixRule} decided for one step (docs/method.md 3.4). */
public sealed interface CutMix {
    /** It did not fire: the step has no mixed part. */
    record None() implements CutMix {}

    /**
     * It fired, for the whole batch.
     *
     * @param boxes     one {top, left, bottom, right} an image, bottom and right exclusive; possibly empty
     * @param boxTensor the same on the device, i32 [B,1,1,4]
     * @param partners  from whom an image receives, i32 [B,1,1,1]
     */
    record Fired(int[][] boxes, Tensor boxTensor, Tensor partners) implements CutMix {}
}
