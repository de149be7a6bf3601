package dev.imas.image;

import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures take memory by turns where they are large. */
class DecodingRoomTest {
    private static final int MB = 1 << 20;
    private static final int THREADS = 8;

    @TempDir
    Path folder;

    /** Most of eight works that were inside at once. */
    private static int together(DecodingRoom room, long bytes) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CountDownLatch all = new CountDownLatch(THREADS);
            List<Future<?>> works = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                works.add(threads.submit(() -> {
                    all.countDown();
                    all.await();
                    for (int n = 0; n < 50; n++) {
                        room.with(bytes, () -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            Thread.yield();
                            return inside.decrementAndGet();
                        });
                    }
                    return null;
                }));
            }
            for (Future<?> work : works) {
                work.get();
            }
            return most.get();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void worksTakeNoMoreThanThereIs() throws Exception {
        DecodingRoom room = new DecodingRoom(10L * MB);
        assertThat(together(room, 4 * MB)).isLessThanOrEqualTo(2);
        assertThat(together(room, 1000L * MB)).isEqualTo(1);
    }

    @Test
    void roomIsGivenBackWhateverTheWorkDoesAndNotAskedForTwice() {
        DecodingRoom room = new DecodingRoom(2L * MB);
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> room.with(MB, () -> {
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");
            assertThat(room.<Integer>with(2 * MB, () -> room.with(2 * MB, () -> 7)))
                    .isEqualTo(7);
        }
        assertThat(room.isHeld()).isFalse();
    }

    @Test
    void headersTellTheMemory() {
        Path rgb = write(folder.resolve("a.png"), TestFiles.encode(TestFiles.colours(100, 50), "png"));
        long file = rgb.toFile().length();
        assertThat(ImageFiles.pictureMemory(rgb) - file).isEqualTo(3 * 5000 + 2 * 300 + 3 * 5000);
        assertThat(ImageFiles.samplesMemory(rgb, null) - file).isEqualTo(3 * 5000 + 2 * 300 + 4 * 3 * 5000);
        TestTiff tiff = TestTiff.little();
        for (int i = 0; i < 3; i++) {
            tiff.page(10, 10, 1, 16).strips(new byte[200]);
        }
        Path stack = write(folder.resolve("a.tif"), tiff.bytes());
        long length = stack.toFile().length();
        assertThat(ImageFiles.samplesMemory(stack, null) - length).isEqualTo(3 * 100 * (2 + 4));
        assertThat(ImageFiles.samplesMemory(stack, 1) - length).isEqualTo(100 * (2 + 4));
    }

    /** A million rows of a pixel, each filtered in another way, beyond the rows that are inflated at once. */
    @Test
    void aThinPictureIsReadRight() {
        byte[][] rows = new byte[1_000_000][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new byte[] {(byte) (i * 31)};
        }
        Path path = write(folder.resolve("thin.png"), TestFiles.png(1, rows.length, 8, 0, new byte[0], rows));
        int[] values = ImageFiles.storedMask(path).values();
        for (int i = 0; i < rows.length; i++) {
            if (values[i] != (i * 31 & 255)) {
                assertThat(values[i]).as("row %d", i).isEqualTo(i * 31 & 255);
            }
        }
    }

    @Test
    void tilesFarLargerThanThePictureAreRefused() {
        TestTiff tiff =
                TestTiff.little().page(1, 1, 1, 8).tag(259, 8).tiles(60_000, 60_000, TestFiles.deflated(new byte[9]));
        Path path = write(folder.resolve("a.tif"), tiff.bytes());
        assertThatThrownBy(() -> ImageFiles.picture(path))
                .hasMessage(path + " has tiles of 60000x60000 pixels, far more than the picture has; save it with"
                        + " smaller ones");
    }
}
