package dev.imas.device;

import dev.imas.kernels.DType;
import dev.imas.kernels.TensorView;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** libtorch's tensors as the kernels see them. */
public final class TensorViews {
    private TensorViews() {}

    /**
     * The view of a tensor of four axes, strides included; null for null. The tensor stays reachable as long as its
     * view, but a scope or {@code close()} frees it all the same.
     *
     * @throws IllegalArgumentException for an element type that no kernel takes
     */
    public static TensorView of(Tensor t) {
        if (t == null) {
            return null;
        }
        long[] shape = {t.size(0), t.size(1), t.size(2), t.size(3)};
        long[] stride = {t.stride(0), t.stride(1), t.stride(2), t.stride(3)};
        return new TensorView(data(t), dtype(t), shape, stride);
    }

    /** The address of a tensor's first element, which keeps the tensor reachable; null for null. */
    public static Pointer data(Tensor t) {
        return t == null ? null : new Data(t);
    }

    /** libtorch's name of an element type. */
    public static ScalarType scalarType(DType type) {
        return switch (type) {
            case F32 -> ScalarType.Float;
            case BF16 -> ScalarType.BFloat16;
            case F16 -> ScalarType.Half;
            case U8 -> ScalarType.Byte;
            case I32 -> ScalarType.Int;
            case I64 -> ScalarType.Long;
        };
    }

    private static DType dtype(Tensor t) {
        return switch (t.scalar_type().intern()) {
            case Float -> DType.F32;
            case BFloat16 -> DType.BF16;
            case Half -> DType.F16;
            case Byte -> DType.U8;
            case Int -> DType.I32;
            case Long -> DType.I64;
            default -> throw new IllegalArgumentException("the kernels take no tensors of type " + t.scalar_type());
        };
    }

    /** What {@code data_ptr()} returns knows nothing of its tensor, which the collector might free during a call. */
    private static final class Data extends Pointer {
        private final Tensor owner;

        Data(Tensor owner) {
            super(owner.data_ptr());
            this.owner = owner;
        }
    }
}
