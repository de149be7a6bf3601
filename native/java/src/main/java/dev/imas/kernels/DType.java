package dev.imas.kernels;

/** Element types of a {@link TensorView}; the codes are those of {@code enum imas_dtype}. */
public enum DType {
    F32(0, 4), BF16(1, 2), F16(2, 2), U8(3, 1), I32(4, 4), I64(5, 8);

    private final int code;
    private final int bytes;

    DType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** The number in the C interface. */
    public int code() {
        return code;
    }

    /** Bytes an element. */
    public int bytes() {
        return bytes;
    }
}
