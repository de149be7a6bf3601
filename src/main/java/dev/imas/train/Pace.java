package dev.imas.train;

import java.util.function.LongSupplier;

/** Lets work that could be left out take at most a fiftieth of the time; the first time it is due at once. */
final class Pace {
    private static final int REST = 49;

    private final LongSupplier nanoTime;
    private boolean begun;
    private long ended;
    private long took;

    /** @param nanoTime the time, as System.nanoTime gives it */
    Pace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether it is time again. */
    boolean due() {
        return !begun || nanoTime.getAsLong() - ended >= REST * took;
    }

    /** Does the work. */
    void spend(Runnable work) {
        long start = nanoTime.getAsLong();
        try {
            work.run();
        } finally {
            ended = nanoTime.getAsLong();
            took = ended - start;
            begun = true;
        }
    }
}
