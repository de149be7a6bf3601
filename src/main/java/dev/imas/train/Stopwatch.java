package dev.imas.train;

/** Time of a run, and of the laps between rows: how much of it the device waited for data. */
final class Stopwatch {
    /**
     * @param imagesPerSecond images a second of the lap
     * @param waitShare       share of the lap that the device waited for the loader, in [0,1]
     */
    record Lap(double imagesPerSecond, double waitShare) {}

    private final long start = System.nanoTime();
    private long lapStart = start;
    private long images;
    private double allWaited;
    private double allNanos;

    /** A step with so many images was queued. */
    void step(int count) {
        images += count;
    }

    /**
     * Ends a lap and begins the next.
     *
     * @param waitedMilliseconds for the loader, since the last lap
     */
    Lap lap(double waitedMilliseconds) {
        long now = System.nanoTime();
        double nanos = Math.max(1, now - lapStart);
        double waited = 1e6 * waitedMilliseconds;
        Lap lap = new Lap(images * 1e9 / nanos, Math.min(1, waited / nanos));
        if (images > 0) {
            allWaited += waited;
            allNanos += nanos;
        }
        lapStart = now;
        images = 0;
        return lap;
    }

    /** Share of all laps with images that the device waited for the loader. */
    double waitShare() {
        return allNanos == 0 ? 0 : Math.min(1, allWaited / allNanos);
    }

    /** Seconds since construction. */
    double sinceStart() {
        return (System.nanoTime() - start) / 1e9;
    }
}
