package dev.imas.train;

import java.util.function.LongSupplier;

/**
 * Lets work that could be left out take at most a fiftieth of the time. Twice it is due at once: the first time, which
 * is the slowest by far while code is loaded, says nothing about the next.
 */
final class Pace {
    private static final int REST = 49;
    private static final int AT_ONCE = 2;

    private final LongSupplier nanoTime;
    private int done;
    private long ended;
    private long took;

    /** @param nanoTime the time, as System.nanoTime gives it */
    Pace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether it is time again. */
    boolean due() {
        return done < AT_ONCE || nanoTime.getAsLong() - ended >= REST * took;
    }

    /** Does the work. */
    void spend(Runnable work) {
        long start = nanoTime.getAsLong();
        try {
            work.run();
        } finally {
            ended = nanoTime.getAsLong();
            took = ended - start;
            done++;
        }
    }
}
