package dev.imas.image;

import java.util.concurrent.Semaphore;

/**
 * The part of the heap that pictures may take while they are decoded and made into samples, over all threads together:
 * a small file may hold a huge picture, and loader threads may meet several at once. Who finds no room waits for the
 * others; a picture that needs more than all of it is read alone.
 */
public final class DecodingRoom {
    private static final int UNIT = 1 << 20;
    private static final DecodingRoom OF_HEAP =
            new DecodingRoom(Runtime.getRuntime().maxMemory() / 2);

    private final int units;
    private final Semaphore free;
    /** A thread that held room and waited for more could wait for another one that does the same. */
    private final ThreadLocal<Boolean> held = ThreadLocal.withInitial(() -> false);

    /** What is done with room. */
    public interface Work<T> {
        T run();
    }

    /** @param bytes that are there */
    DecodingRoom(long bytes) {
        units = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / UNIT));
        free = new Semaphore(units, true);
    }

    /** That of this process: half of its heap. */
    public static DecodingRoom ofHeap() {
        return OF_HEAP;
    }

    /** Whether this thread is doing work with room, which reading a picture then need not ask for. */
    boolean isHeld() {
        return held.get();
    }

    /**
     * Does some work with so many bytes of room, and gives them back. Work within work gets no more.
     *
     * @param bytes that the work takes at most
     */
    public <T> T with(long bytes, Work<T> work) {
        if (isHeld()) {
            return work.run();
        }
        int taken = (int) Math.min(units, Math.max(0, bytes) / UNIT + 1);
        free.acquireUninterruptibly(taken);
        held.set(true);
        try {
            return work.run();
        } finally {
            held.remove();
            free.release(taken);
        }
    }
}
