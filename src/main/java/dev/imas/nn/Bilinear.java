package dev.imas.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The enlargement of method 1 in libtorch: bilinear with aligned corners. The kernels contain the same one. */
public final class Bilinear {
    private Bilinear() {}

    /**
     * A map at another size; with gradients on, part of the graph.
     *
     * @param x [B,C,h,w] of any floating type
     * @return [B,C,height,width] of the same type, in the caller's PointerScope
     */
    public static Tensor enlarged(Tensor x, long height, long width) {
        boolean alignCorners = true;
        return torch.upsample_bilinear2d(x, new long[] {height, width}, alignCorners);
    }
}
