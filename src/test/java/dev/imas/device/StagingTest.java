package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig.Precision;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Bytes on their way to the device, on a CPU with and without copies, and in which order a GPU would do it. */
class StagingTest {
    private static final Compute CPU = new Compute("cpu", Precision.FP32, true);

    /** Writes down what is asked of it; does copies at once. */
    private static final class Recorder implements DeviceQueue {
        final List<String> calls = new ArrayList<>();
        private int marks;

        @Override
        public Mark newMark() {
            String name = List.of("copied", "read").get(marks++);
            return new Mark() {
                @Override
                public void set() {
                    calls.add("set " + name);
                }

                @Override
                public boolean passed() {
                    return true;
                }

                @Override
                public void await() {
                    calls.add("await " + name);
                }

                @Override
                public double millisecondsSince(Mark earlier) {
                    return 0;
                }

                @Override
                public String toString() {
                    return name;
                }
            };
        }

        @Override
        public void copy(Mark after, Runnable copies, Mark finished) {
            copies.run();
            calls.add("copy after " + after + " then " + finished);
        }

        @Override
        public void follow(Mark mark) {
            calls.add("follow " + mark);
        }

        @Override
        public void close() {
            finish();
        }

        @Override
        public void finish() {
            calls.add("finish");
        }
    }

    private static ByteBuffer direct(int... values) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(values.length);
        for (int value : values) {
            buffer.put((byte) value);
        }
        return buffer.flip();
    }

    private static byte[] bytes(Tensor t) {
        byte[] bytes = new byte[(int) t.numel()];
        new BytePointer(t.data_ptr()).get(bytes);
        return bytes;
    }

    @Test
    void onTheCpuPartsAreUsedWhereTheyAre() {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            Staging staging = new Staging(CPU, DeviceQueue.of(CPU), 3, 2);
            ByteBuffer first = direct(1, 2, 3, 9);
            staging.put(List.of(first, direct(4, 255)));
            first.put(1, (byte) 7);
            List<Tensor> parts = staging.take();
            assertThat(bytes(parts.get(0))).containsExactly(1, 7, 3);
            assertThat(bytes(parts.get(1))).containsExactly(4, -1);
        }
    }

    @Test
    void copiesWaitForWhatReadsTheBytesBeforeAndAreWaitedFor() {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            Recorder queue = new Recorder();
            Staging staging = new Staging(CPU, queue, true, 3, 2);
            for (int round = 0; round < 2; round++) {
                ByteBuffer first = direct(1, 2, round);
                staging.put(List.of(first, direct(4, 255)));
                first.put(0, (byte) 99);
                List<Tensor> parts = staging.take();
                assertThat(bytes(parts.get(0))).containsExactly(1, 2, round);
                assertThat(bytes(parts.get(1))).containsExactly(4, -1);
                staging.release();
            }
            List<String> round = List.of("await copied", "copy after read then copied", "follow copied", "set read");
            assertThat(queue.calls).startsWith("set read").hasSize(9);
            assertThat(queue.calls.subList(1, 5)).isEqualTo(round);
            assertThat(queue.calls.subList(5, 9)).isEqualTo(round);
        }
    }

    @Test
    void figuresComeInTheirOrder() {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            Figures figures = new Figures(CPU, DeviceQueue.of(CPU), 3);
            figures.ask(List.of(
                    CPU.upload(new float[] {1.5f}, 1, 1, 1, 1),
                    CPU.upload(new float[] {Float.NaN}, 1),
                    CPU.upload(new float[] {-3}, 1, 1)));
            assertThat(figures.arrived()).isTrue();
            assertThat(figures.read()).containsExactly(1.5f, Float.NaN, -3);
            figures.ask(List.of(CPU.upload(new float[] {8}, 1)));
            assertThat(figures.read()).containsExactly(8);
        }
    }

    @Test
    void uploadsKeepValuesAndShapes() {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            assertThat(CPU.upload(new int[] {3, -1}, 2, 1).shape()).containsExactly(2, 1);
            assertThat(CPU.upload(new int[] {3, -1}, 2).select(0, 1).item_int()).isEqualTo(-1);
            assertThat(CPU.upload(new long[] {1L << 40}, 1).item_long()).isEqualTo(1L << 40);
        }
    }
}
