package dev.imas.kernels;

import org.bytedeco.javacpp.Pointer;

/**
 * What a pointer says about the memory behind it. JavaCPP's pointers know their memory where they allocated it; those
 * that came from elsewhere have a limit of 0, and what lies there is the caller's word.
 */
final class Room {
    /** Where a pointer has no limit. */
    static final long UNKNOWN = -1;

    private Room() {}

    /** Elements from a pointer's position to its limit; {@link #UNKNOWN} without a limit. */
    static long elements(Pointer pointer) {
        if (pointer == null || pointer.isNull() || pointer.limit() <= 0) {
            return UNKNOWN;
        }
        long end = pointer.capacity() > 0 ? Math.min(pointer.limit(), pointer.capacity()) : pointer.limit();
        return pointer.position() < 0 ? 0 : Math.max(0, end - pointer.position());
    }

    /** The same in bytes. */
    static long bytes(Pointer pointer) {
        long elements = elements(pointer);
        long size = elements == UNKNOWN ? 1 : Math.max(1, pointer.sizeof());
        return elements > Long.MAX_VALUE / size ? Long.MAX_VALUE : elements * size;
    }

    /** Bytes from the first to the last element of a view; 0 for a shape or strides that C refuses by themselves. */
    static long spanOf(TensorView view) {
        try {
            long last = 0;
            for (int axis = 0; axis < 4; axis++) {
                long extent = view.shape()[axis];
                long stride = view.stride()[axis];
                if (extent < 1 || stride < 0) {
                    return 0;
                }
                last = Math.addExact(last, Math.multiplyExact(extent - 1, stride));
            }
            return Math.multiplyExact(Math.addExact(last, 1), view.dtype().bytes());
        } catch (ArithmeticException e) {
            return 0;
        }
    }
}
