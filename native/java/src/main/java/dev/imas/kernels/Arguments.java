package dev.imas.kernels;

import dev.imas.kernels.capi.Imas;
import dev.imas.kernels.capi.imas_backend;
import dev.imas.kernels.capi.imas_tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/**
 * The C structures of one call: a backend and its tensor views, written into a block of memory that each thread keeps,
 * so that a call allocates nothing. Views given to a call are held here, so reachable, until its result is looked at.
 */
final class Arguments {
    private static final int VIEWS = 12;
    private static final int BACKEND_BYTES = 64;
    private static final int VIEW_BYTES = 80;
    private static final ThreadLocal<Arguments> OF_THREAD = ThreadLocal.withInitial(Arguments::new);

    final imas_backend backend;
    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(BACKEND_BYTES + VIEWS * VIEW_BYTES).order(ByteOrder.nativeOrder());
    private final imas_tensor[] tensors = new imas_tensor[VIEWS];
    private final TensorView[] held = new TensorView[VIEWS];
    private Checks checks;
    private int used;

    private Arguments() {
        // Pointers over a direct buffer: no pointer scope that happens to be open here can free them.
        Pointer base = new Pointer(memory);
        backend = new imas_backend(base);
        if (backend.sizeof() > BACKEND_BYTES || new imas_tensor(base).sizeof() != VIEW_BYTES) {
            throw new IllegalStateException(
                    "imas.h and dev.imas.kernels.Arguments disagree about the size of a structure");
        }
        for (int k = 0; k < VIEWS; k++) {
            tensors[k] = new imas_tensor(base.getPointer(BACKEND_BYTES + (long) k * VIEW_BYTES));
        }
    }

    /** This thread's block, with the backend filled in, for a call of the function that the checks name. */
    static Arguments of(Checks checks, int kind, int device, long stream) {
        Arguments arguments = OF_THREAD.get();
        arguments.checks = checks;
        arguments.used = 0;
        arguments.memory.putInt(0, kind).putInt(4, device).putLong(8, stream);
        return arguments;
    }

    /** The next view as a C structure; null stays null. One that reaches beyond its pointer's memory is refused. */
    imas_tensor view(String name, TensorView view) {
        if (view == null) {
            return null;
        }
        requireRoom(name, view);
        int at = BACKEND_BYTES + used * VIEW_BYTES;
        memory.putLong(at, addressOf(view.data()))
                .putInt(at + 8, view.dtype().code)
                .putInt(at + 12, 0);
        for (int axis = 0; axis < 4; axis++) {
            memory.putLong(at + 16 + 8 * axis, view.shape()[axis]).putLong(at + 48 + 8 * axis, view.stride()[axis]);
        }
        held[used] = view;
        return tensors[used++];
    }

    /** Only the pointer knows where its memory ends; C sees an address. */
    private void requireRoom(String name, TensorView view) {
        long room = Room.bytes(view.data());
        long span = Room.spanOf(view);
        if (room == Room.UNKNOWN || span <= room) {
            return;
        }
        release();
        throw new IllegalArgumentException(checks.function() + ": " + name + " spans " + span + " bytes ("
                + view.dtype() + ", shape " + Arrays.toString(view.shape()) + ", strides "
                + Arrays.toString(view.stride()) + "), but its pointer holds " + room
                + " bytes from its position to its limit");
    }

    /**
     * A call's workspace as C takes it. One that is said to be larger than its pointer's memory is refused; null is
     * left to C.
     */
    Pointer workspace(Pointer workspace, long bytes) {
        long room = Room.bytes(workspace);
        if (bytes < 0 || room != Room.UNKNOWN && bytes > room) {
            release();
            throw new IllegalArgumentException(checks.function() + ": workspace is said to have " + bytes + " bytes, "
                    + (bytes < 0
                            ? "expected 0 or more"
                            : "but its pointer holds " + room + " from its position to its limit"));
        }
        return raw(workspace);
    }

    /** The end of a call: lets go of its views and throws what its status says. */
    void check(int status) {
        release();
        if (status == Imas.IMAS_OK) {
            return;
        }
        String message = Kernels.lastError();
        if (status == Imas.IMAS_ERROR_ARGUMENT || status == Imas.IMAS_ERROR_WORKSPACE) {
            throw new IllegalArgumentException(message);
        }
        throw new IllegalStateException(message);
    }

    /** The end of a workspace query: lets go of its views and returns the size. A refused one is 0 and has a reason. */
    long bytes(long size) {
        release();
        if (size == 0) {
            String message = Kernels.lastError();
            if (!message.isEmpty()) {
                throw new IllegalArgumentException(message);
            }
        }
        if (size < 0) {
            throw new IllegalArgumentException("a workspace for these shapes does not fit into memory");
        }
        return size;
    }

    private void release() {
        for (int k = 0; k < used; k++) {
            held[k] = null;
        }
        used = 0;
    }

    /** The pointer to hand to C as void*: JavaCPP would add a position in bytes, whatever the elements. */
    private static Pointer raw(Pointer pointer) {
        return pointer == null || pointer.position() == 0 ? pointer : new Address(pointer);
    }

    static long addressOf(Pointer pointer) {
        return pointer == null || pointer.isNull() ? 0 : pointer.address() + pointer.position() * pointer.sizeof();
    }

    /** A bare address; owns nothing and keeps its origin reachable. */
    private static final class Address extends Pointer {
        private final Pointer origin;

        Address(Pointer origin) {
            super((Pointer) null);
            this.origin = origin;
            this.address = addressOf(origin);
        }
    }
}
