package dev.imas.train;

import dev.imas.device.DeviceQueue;
import dev.imas.device.DeviceQueue.Mark;

/**
 * How long the device had nothing to do because the loader was not ready: of the gap between two steps on the device
 * at most what the program spent waiting for the loader. Known when the device has come to the later step, so some
 * steps afterwards.
 */
final class LoaderWait {
    /** Steps whose gap may still be unknown; more are never queued ahead. */
    private static final int OPEN = 4;

    private final DeviceQueue queue;
    private final Mark[] ended = new Mark[OPEN];
    private final Mark[] begun = new Mark[OPEN];
    private final double[] waited = new double[OPEN];
    private int oldest;
    private int open;
    private double known;

    LoaderWait(DeviceQueue queue) {
        this.queue = queue;
        for (int i = 0; i < OPEN; i++) {
            ended[i] = queue.newMark();
            begun[i] = queue.newMark();
        }
        ended[0].set();
    }

    /** A step is about to be queued; the program waited so long for its batch. */
    void begin(double milliseconds) {
        int i = (oldest + open) % OPEN;
        begun[i].set();
        waited[i] = milliseconds;
        open++;
        settle();
    }

    /** All work of the step is queued. */
    void end() {
        if (open == OPEN) {
            begun[oldest].await();
            settle();
        }
        ended[(oldest + open) % OPEN].set();
    }

    /** Milliseconds found since the last call. */
    double take() {
        settle();
        double result = known;
        known = 0;
        return result;
    }

    private void settle() {
        while (open > 0 && begun[oldest].passed()) {
            known += Math.min(waited[oldest], begun[oldest].millisecondsSince(ended[oldest]));
            oldest = (oldest + 1) % OPEN;
            open--;
        }
    }
}
