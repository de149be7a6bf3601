package dev.imas.device;

/**
 * The work of one device in the order in which it is done, and a second queue beside it for copies. On the CPU, where
 * work is done when its call returns, all of it is trivial; the callers are the same. Queue and marks belong to the
 * PointerScope that they were made in; one thread uses them.
 */
public interface DeviceQueue extends AutoCloseable {
    /** A place in a queue, set anew as often as wanted. One that was never set counts as passed. */
    interface Mark {
        /** Sets it behind all work queued so far. */
        void set();

        /** Whether the device has come past it. */
        boolean passed();

        /** Makes this thread wait until the device has. */
        void await();

        /** Device time from an earlier mark to this one; both were set and are passed. */
        double millisecondsSince(Mark earlier);
    }

    static DeviceQueue of(Compute compute) {
        return compute.cuda() ? new CudaQueue(compute.deviceIndex()) : new HostQueue();
    }

    Mark newMark();

    /**
     * Queues copies beside the work, to begin when the device has passed {@code after}.
     *
     * @param copies   calls of libtorch that only copy
     * @param finished set behind them
     */
    void copy(Mark after, Runnable copies, Mark finished);

    /** Work queued from now on begins when the device has passed the mark. */
    void follow(Mark mark);

    /** Waits until all work is done. */
    void finish();

    /** Waits until all work is done and gives up the marks. */
    @Override
    void close();
}
