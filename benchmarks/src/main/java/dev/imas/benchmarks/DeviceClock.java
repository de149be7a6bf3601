package dev.imas.benchmarks;

import dev.imas.device.DeviceQueue;
import dev.imas.device.DeviceQueue.Mark;
import org.bytedeco.pytorch.Tensor;

/**
 * Times calls on a GPU by CUDA events on libtorch's stream. Before each call a large tensor is cleared: that drives the
 * inputs out of the caches, and keeps the device busy while the host queues the call, so that the launches' own time is
 * not measured. What a call waits for, it is measured with. Belongs to the PointerScope that it was made in.
 */
final class DeviceClock {
    /** Set where a GPU is pretended, on which libtorch computes nothing (benchmarks/gpu/rehearse.py). */
    static final boolean REHEARSAL = Boolean.getBoolean("imas.bench.rehearsal");
    /** More than twice the largest cache of a GPU so far. */
    static final long BYTES = REHEARSAL ? 1 << 16 : 256L << 20;

    /** Some 10 ms of an H100; a call that takes longer to queue waits for nothing but itself. */
    private static final int MOST = 96;

    private final Tensor large;
    private final Mark start;
    private final Mark before;
    private final Mark after;
    private int clearings = 1;

    /** @param large any tensor of {@link #BYTES} on the device */
    DeviceClock(DeviceQueue queue, Tensor large) {
        this.large = large;
        start = queue.newMark();
        before = queue.newMark();
        after = queue.newMark();
    }

    /** Milliseconds of device time that a call takes. Waits until it is done. */
    double milliseconds(Runnable call) {
        start.set();
        for (int i = 0; i < clearings; i++) {
            large.zero_();
        }
        before.set();
        long begin = System.nanoTime();
        call.run();
        double queueing = (System.nanoTime() - begin) / 1e6;
        after.set();
        after.await();
        double clearing = before.millisecondsSince(start) / clearings;
        clearings = Math.max(clearings, Math.min(MOST, (int) Math.ceil(1.5 * queueing / clearing)));
        return after.millisecondsSince(before);
    }
}
