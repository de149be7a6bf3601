package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.device.DeviceQueue;
import org.junit.jupiter.api.Test;

/** What counts as waiting for the loader, on a device that this test moves. */
class LoaderWaitTest {
    /** A device whose marks get the time that the test says, when it says that the device comes to them. */
    private static final class Device implements DeviceQueue {
        private double now;
        private boolean behind;

        private final class Place implements Mark {
            double time = Double.NaN;
            boolean open;

            @Override
            public void set() {
                time = now;
                open = behind;
            }

            @Override
            public boolean passed() {
                return !(open && behind);
            }

            @Override
            public void await() {
                open = false;
            }

            @Override
            public double millisecondsSince(Mark earlier) {
                return time - ((Place) earlier).time;
            }
        }

        @Override
        public Mark newMark() {
            return new Place();
        }

        @Override
        public void copy(Mark after, Runnable copies, Mark finished) {
            throw new UnsupportedOperationException("no copies here");
        }

        @Override
        public void follow(Mark mark) {
            throw new UnsupportedOperationException("no copies here");
        }

        @Override
        public void close() {
            finish();
        }

        @Override
        public void finish() {
            behind = false;
        }
    }

    private final Device device = new Device();
    private final LoaderWait wait = new LoaderWait(device);

    private void step(double at, double waited, double until) {
        device.now = at;
        wait.begin(waited);
        device.now = until;
        wait.end();
    }

    @Test
    void aBusyDeviceDoesNotWait() {
        step(0, 0, 10);
        step(10, 7, 20); // the program waited 7 ms while the device worked
        assertThat(wait.take()).isZero();
    }

    @Test
    void theGapCountsAsFarAsTheLoaderCausedIt() {
        step(0, 0, 10);
        step(15, 3, 20); // 5 ms idle, 3 of them for the loader
        step(24, 9, 30); // 4 ms idle of a longer wait
        assertThat(wait.take()).isEqualTo(7);
        assertThat(wait.take()).isZero();
    }

    @Test
    void stepsThatTheDeviceHasNotReachedAreCountedLater() {
        device.behind = true;
        step(0, 2, 10);
        step(12, 2, 20);
        assertThat(wait.take()).isZero();
        device.finish();
        assertThat(wait.take()).isEqualTo(2);
    }

    @Test
    void anyNumberOfStepsMayBeUnknown() {
        device.behind = true;
        for (int i = 0; i < 20; i++) {
            step(10 * i + 1, 1, 10 * i + 10);
        }
        device.finish();
        assertThat(wait.take()).isEqualTo(20);
    }
}
