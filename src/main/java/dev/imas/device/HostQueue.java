package dev.imas.device;

/** The CPU, where work is done when its call returns: nothing is outstanding, and marks are clock readings. */
final class HostQueue implements DeviceQueue {
    private static final class Reading implements Mark {
        private long nanos;

        @Override
        public void set() {
            nanos = System.nanoTime();
        }

        @Override
        public boolean passed() {
            return true;
        }

        @Override
        public void await() {
            // the device is this thread
        }

        @Override
        public double millisecondsSince(Mark earlier) {
            return (nanos - ((Reading) earlier).nanos) / 1e6;
        }
    }

    @Override
    public Mark newMark() {
        return new Reading();
    }

    @Override
    public void copy(Mark after, Runnable copies, Mark finished) {
        copies.run();
        finished.set();
    }

    @Override
    public void follow(Mark mark) {
        // done already
    }

    @Override
    public void finish() {
        // done already
    }

    @Override
    public void close() {
        // nothing is held
    }
}
