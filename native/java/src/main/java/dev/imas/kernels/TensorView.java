package dev.imas.kernels;

import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/**
 * A view of memory that somebody else owns, as {@code imas_tensor}. Axes are (N, C, H, W). Where the pointer has a
 * limit, a call refuses a view that reaches beyond it; a pointer without one (limit 0) is taken at the caller's word.
 *
 * @param data   first element; the address plus the pointer's position is used. Kept reachable during the call only
 * @param dtype  element type
 * @param shape  four extents
 * @param stride four distances in elements
 */
public record TensorView(Pointer data, DType dtype, long[] shape, long[] stride) {
    public TensorView {
        if (dtype == null || shape == null || stride == null) {
            throw new IllegalArgumentException("a tensor view needs a dtype, a shape and strides");
        }
        if (shape.length != 4 || stride.length != 4) {
            throw new IllegalArgumentException("a tensor view has 4 axes, got shape " + Arrays.toString(shape)
                    + " stride " + Arrays.toString(stride));
        }
    }

    /** A contiguous view (last axis fastest). */
    public static TensorView contiguous(Pointer data, DType dtype, long... shape) {
        if (shape.length != 4) {
            throw new IllegalArgumentException("a tensor view has 4 axes, got shape " + Arrays.toString(shape));
        }
        long[] stride = {shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1};
        return new TensorView(data, dtype, shape, stride);
    }
}
