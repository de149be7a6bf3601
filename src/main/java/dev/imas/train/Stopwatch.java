package dev.imas.train;

/** Time of a run, and of the laps between rows: how much of it went into waiting for data. */
final class Stopwatch {
    /**
     * @param imagesPerSecond images a second of the lap
     * @param waitShare       share of the lap spent waiting for the loader, in [0,1]
     */
    record Lap(double imagesPerSecond, double waitShare) {
    }

    private final long start = System.nanoTime();
    private long lapStart = start;
    private long waitStart;
    private long waited;
    private long images;

    /** Waiting for data begins. */
    void waiting() {
        waitStart = System.nanoTime();
    }

    /** Data for so many images has come. */
    void working(int count) {
        waited += System.nanoTime() - waitStart;
        images += count;
    }

    /** Ends a lap and begins the next. */
    Lap lap() {
        long now = System.nanoTime();
        double nanos = Math.max(1, now - lapStart);
        Lap lap = new Lap(images * 1e9 / nanos, waited / nanos);
        lapStart = now;
        waited = 0;
        images = 0;
        return lap;
    }

    /** Seconds since construction. */
    double sinceStart() {
        return (System.nanoTime() - start) / 1e9;
    }
}
