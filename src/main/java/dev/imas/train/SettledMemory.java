package dev.imas.train;

import java.util.function.LongSupplier;

/** Resident memory once it should have settled: some steps into the phase that the run ends in. */
final class SettledMemory {
    private static final int STEPS = 100;

    private final long from;
    private final LongSupplier resident;
    private long settled;

    /**
     * @param from     the step from which memory settles for good, from 0
     * @param resident bytes, asked for once
     */
    SettledMemory(long from, LongSupplier resident) {
        this.from = from;
        this.resident = resident;
    }

    /** Of a run that this process began at a step: with that step, or the first that has student and teacher apart. */
    static SettledMemory of(long startStep, Plan plan) {
        return new SettledMemory(Math.max(startStep, plan.firstApart()), ProcessMemory::resident);
    }

    /** To be said after every step, with the number of steps finished. */
    void after(long step) {
        if (step - from == STEPS) {
            settled = resident.getAsLong();
        }
    }

    /** Bytes; those at the end where the phase was shorter. */
    long orAtTheEnd(long end) {
        return settled == 0 ? end : settled;
    }
}
