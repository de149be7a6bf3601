package dev.imas.verify;

import dev.imas.kernels.DType;
import dev.imas.kernels.TensorView;
import org.bytedeco.javacpp.Pointer;

/** Contiguous buffers where a backend of the kernels can reach them. */
interface KernelMemory {
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
}
