package dev.imas.verify.memory;

import dev.imas.kernels.DType;
import dev.imas.kernels.TensorView;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** Buffers in main memory; they live as long as the caller's {@link org.bytedeco.javacpp.PointerScope}. */
public final class HostMemory implements KernelMemory {
    /** Alignment that the kernels ask of their workspace. */
    private static final long WORKSPACE_ALIGNMENT = 64;

    @Override
    public TensorView put(float[] values, long... shape) {
        KernelMemory.elements(values.length, shape);
        return TensorView.contiguous(new FloatPointer(values), DType.F32, shape);
    }

    @Override
    public TensorView put(byte[] values, long... shape) {
        KernelMemory.elements(values.length, shape);
        return TensorView.contiguous(new BytePointer(values), DType.U8, shape);
    }

    @Override
    public TensorView put(int[] values, long... shape) {
        KernelMemory.elements(values.length, shape);
        return TensorView.contiguous(new IntPointer(values), DType.I32, shape);
    }

    @Override
    public TensorView room(DType dtype, long... shape) {
        long elements = KernelMemory.elements(shape);
        Pointer data =
                switch (dtype) {
                    case F32 -> new FloatPointer(elements);
                    case U8 -> new BytePointer(elements);
                    case I32 -> new IntPointer(elements);
                    case I64 -> new LongPointer(elements);
                    case BF16, F16 -> throw new IllegalArgumentException("no room for " + dtype + " is needed here");
                };
        return TensorView.contiguous(data, dtype, shape);
    }

    @Override
    public Pointer workspace(long bytes) {
        BytePointer block = new BytePointer(bytes + WORKSPACE_ALIGNMENT);
        long excess = block.address() % WORKSPACE_ALIGNMENT;
        return block.getPointer(excess == 0 ? 0 : WORKSPACE_ALIGNMENT - excess);
    }

    @Override
    public float[] floats(TensorView view) {
        float[] values = new float[(int) KernelMemory.elements(view.shape())];
        ((FloatPointer) view.data()).get(values);
        return values;
    }

    @Override
    public byte[] bytes(TensorView view) {
        byte[] values = new byte[(int) KernelMemory.elements(view.shape())];
        ((BytePointer) view.data()).get(values);
        return values;
    }

    @Override
    public int[] ints(TensorView view) {
        int[] values = new int[(int) KernelMemory.elements(view.shape())];
        ((IntPointer) view.data()).get(values);
        return values;
    }

    @Override
    public long[] longs(TensorView view) {
        long[] values = new long[(int) KernelMemory.elements(view.shape())];
        ((LongPointer) view.data()).get(values);
        return values;
    }
}
