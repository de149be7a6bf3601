package dev.imas.kernels;

import java.util.Random;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Test tensors: native memory with element access in double, in NCHW or channels-last order. */
final class Tensors {
    /** One tensor and its memory. */
    record Tensor(BytePointer memory, TensorView view) {
        long extent(int axis) {
            return view.shape()[axis];
        }

        double get(long n, long c, long h, long w) {
            long at = offset(n, c, h, w) * view.dtype().bytes();
            return switch (view.dtype()) {
                case F32 -> memory.getFloat(at);
                case BF16 -> Float.intBitsToFloat(memory.getShort(at) << 16);
                case U8 -> memory.get(at) & 0xFF;
                case I32 -> memory.getInt(at);
                case I64 -> memory.getLong(at);
                case F16 -> throw new UnsupportedOperationException("the native tests cover f16");
            };
        }

        /** bf16 is cut, not rounded: test inputs need no more. */
        void set(long n, long c, long h, long w, double value) {
            long at = offset(n, c, h, w) * view.dtype().bytes();
            switch (view.dtype()) {
                case F32 -> memory.putFloat(at, (float) value);
                case BF16 -> memory.putShort(at, (short) (Float.floatToRawIntBits((float) value) >>> 16));
                case U8 -> memory.put(at, (byte) value);
                case I32 -> memory.putInt(at, (int) value);
                case I64 -> memory.putLong(at, (long) value);
                case F16 -> throw new UnsupportedOperationException("the native tests cover f16");
            }
        }

        Tensor fill(DoubleSupplier value) {
            each((n, c, h, w) -> set(n, c, h, w, value.getAsDouble()));
            return this;
        }

        void each(Visitor visitor) {
            for (long n = 0; n < extent(0); n++) {
                for (long c = 0; c < extent(1); c++) {
                    for (long h = 0; h < extent(2); h++) {
                        for (long w = 0; w < extent(3); w++) {
                            visitor.visit(n, c, h, w);
                        }
                    }
                }
            }
        }

        byte[] bytes() {
            byte[] bytes = new byte[(int) memory.limit()];
            memory.get(bytes);
            return bytes;
        }

        private long offset(long n, long c, long h, long w) {
            long[] s = view.stride();
            return n * s[0] + c * s[1] + h * s[2] + w * s[3];
        }
    }

    interface Visitor {
        void visit(long n, long c, long h, long w);
    }

    private Tensors() {}

    static Tensor nchw(DType dtype, long n, long c, long h, long w) {
        return of(dtype, new long[] {n, c, h, w}, new long[] {c * h * w, h * w, w, 1});
    }

    static Tensor channelsLast(DType dtype, long n, long c, long h, long w) {
        return of(dtype, new long[] {n, c, h, w}, new long[] {c * h * w, 1, w * c, c});
    }

    private static Tensor of(DType dtype, long[] shape, long[] stride) {
        BytePointer memory = new BytePointer(shape[0] * shape[1] * shape[2] * shape[3] * dtype.bytes()).fill(0x5A);
        return new Tensor(memory, new TensorView(memory, dtype, shape, stride));
    }

    /** Logits whose largest class changes over the image, no two alike. */
    static Tensor logits(Tensor tensor, Random random) {
        double slope = random.nextDouble() * 2;
        tensor.each((n, c, h, w) ->
                tensor.set(n, c, h, w, 3 * Math.sin(slope * (h + 2 * w) + 2.4 * c + n) + random.nextDouble()));
        return tensor;
    }

    /** A workspace of exactly so many bytes at a multiple of 64. */
    static Pointer workspace(long bytes) {
        BytePointer memory = new BytePointer(bytes + 64);
        return memory.position((64 - memory.address() % 64) % 64);
    }
}
