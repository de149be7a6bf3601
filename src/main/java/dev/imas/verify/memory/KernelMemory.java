package dev.imas.verify.memory;

import dev.imas.common.UserException;
import dev.imas.kernels.DType;
import dev.imas.kernels.TensorView;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/** Contiguous buffers where a backend of the kernels can reach them. Values must fill their shape exactly. */
public interface KernelMemory {
    TensorView put(float[] values, long... shape);

    TensorView put(byte[] values, long... shape);

    TensorView put(int[] values, long... shape);

    /** An uninitialised buffer. */
    TensorView room(DType dtype, long... shape);

    /** A block as a kernel's workspace must be. */
    Pointer workspace(long bytes);

    float[] floats(TensorView view);

    byte[] bytes(TensorView view);

    int[] ints(TensorView view);

    long[] longs(TensorView view);

    /** The elements of a shape, which must be positive and as many as there are values. */
    static long elements(int values, long... shape) {
        long elements = elements(shape);
        if (elements != values) {
            throw new UserException("the recorded data hold " + values + " values where the shape "
                    + Arrays.toString(shape) + " needs " + elements + "; fetch them again");
        }
        return elements;
    }

    static long elements(long... shape) {
        long elements = 1;
        for (long extent : shape) {
            if (extent <= 0 || extent > Integer.MAX_VALUE / elements) {
                throw new UserException("the recorded data ask for a tensor of shape " + Arrays.toString(shape)
                        + "; extents must be positive and fit an array");
            }
            elements *= extent;
        }
        return elements;
    }
}
