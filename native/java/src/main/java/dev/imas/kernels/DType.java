package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;

/** Element types of a {@link TensorView}. */
public enum DType {
    F32(Imas.IMAS_F32, 4),
    BF16(Imas.IMAS_BF16, 2),
    F16(Imas.IMAS_F16, 2),
    U8(Imas.IMAS_U8, 1),
    I32(Imas.IMAS_I32, 4),
    I64(Imas.IMAS_I64, 8);

    /** The number in the C interface. */
    final int code;

    private final int bytes;

    DType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** Bytes an element. */
    public int bytes() {
        return bytes;
    }
}
