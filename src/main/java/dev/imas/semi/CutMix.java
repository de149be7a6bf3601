package dev.imas.semi;

import org.bytedeco.pytorch.Tensor;

/**
 * The CutMix decision of one step.
 *
 * @param boxes     one {top, left, bottom, right} an image; null when it did not fire
 * @param boxTensor i32 [B,1,1,4]; null when it did not fire
 * @param partners  i32 [B,1,1,1]; null when it did not fire
 */
record CutMix(int[][] boxes, Tensor boxTensor, Tensor partners) {
    static final CutMix NONE = new CutMix(null, null, null);

    boolean fired() {
        return boxes != null;
    }
}
