package dev.imas.kernels;

import static dev.imas.kernels.Tensors.logits;
import static dev.imas.kernels.Tensors.nchw;
import static dev.imas.kernels.Tensors.workspace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.kernels.Tensors.Tensor;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Kernels from many threads at once, with any number of threads of their own. */
class ThreadsTest {
    private static final int CALLERS = 8;
    private static final int ROUNDS = Integer.getInteger("imas.threads.rounds", 5);

    @AfterEach
    void asAtFirst() {
        Kernels.threads(0);
    }

    @Test
    void eightThreadsAtOnceGetTheResultsOfOne() throws Exception {
        List<byte[]> alone = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            alone.add(everyOperation(caller));
        }
        for (int threads : new int[] {0, 1, 2, 5}) {
            Kernels.threads(threads);
            assertThat(Kernels.threads()).isEqualTo(threads);
            List<byte[]> together = atOnce();
            for (int caller = 0; caller < CALLERS; caller++) {
                assertThat(together.get(caller))
                        .as("caller %d, %d threads", caller, threads)
                        .isEqualTo(alone.get(caller));
            }
        }
    }

    @Test
    void numbersThatAreRefused() {
        for (int threads : new int[] {-1, Integer.MIN_VALUE, 1025}) {
            assertThatThrownBy(() -> Kernels.threads(threads))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("threads is " + threads + ", expected 0");
        }
        assertThat(Kernels.threads()).isZero();
    }

    /** The same as a program, for as many rounds as it is told: benchmarks/reliability/kernel-threads. */
    static final class Campaign {
        private Campaign() {}

        public static void main(String[] arguments) throws Exception {
            new ThreadsTest().eightThreadsAtOnceGetTheResultsOfOne();
            System.out.println(ROUNDS + " rounds, right");
        }
    }

    /** The last results of callers that have all made their calls several times, side by side. */
    private static List<byte[]> atOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        CyclicBarrier start = new CyclicBarrier(CALLERS);
        try {
            List<Callable<byte[]>> tasks = new ArrayList<>();
            for (int k = 0; k < CALLERS; k++) {
                int caller = k;
                tasks.add(() -> {
                    start.await();
                    byte[] first = everyOperation(caller);
                    for (int round = 1; round < ROUNDS; round++) {
                        assertThat(everyOperation(caller)).isEqualTo(first);
                    }
                    return first;
                });
            }
            List<byte[]> results = new ArrayList<>();
            for (Future<byte[]> result : pool.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdown();
        }
    }

    /** Every operation once, on tensors drawn from the seed: all outputs. */
    static byte[] everyOperation(int seed) {
        try (PointerScope scope = new PointerScope()) {
            Random random = new Random(seed);
            Tensor student = logits(nchw(DType.F32, 2, 5, 12, 11), random);
            Tensor teacher = logits(nchw(DType.BF16, 2, 5, 12, 11), random);
            Tensor labels = nchw(DType.U8, 2, 1, 45, 41);
            Tensor confidence = nchw(DType.F32, 2, 1, 45, 41);
            Tensor counts = nchw(DType.I32, 2, 1, 1, 17);
            Tensor parts = nchw(DType.F32, 2, 1, 1, 5);
            Tensor pairing = nchw(DType.I32, 2, 1, 1, 1);
            Tensor mean = nchw(DType.F32, 1, 1, 1, 1);
            Tensor weak = nchw(DType.F32, 2, 3, 40, 40).fill(random::nextDouble);
            Tensor strong = nchw(DType.F32, 2, 3, 40, 40).fill(random::nextDouble);
            Tensor batch = nchw(DType.BF16, 4, 3, 40, 40);
            Tensor loss = nchw(DType.F32, 1, 1, 1, 1);
            Tensor hard = nchw(DType.F32, 1, 1, 1, 1);
            Tensor grad = nchw(DType.F32, 2, 5, 12, 11);
            Tensor areas = nchw(DType.I64, 1, 1, 3, 5).fill(() -> 0);
            Tensor old = nchw(DType.F32, 1, 1, 200, 200).fill(random::nextDouble);
            Tensor fresh = nchw(DType.F32, 1, 1, 200, 200).fill(random::nextDouble);
            run(new PseudoLabel(student.view(), teacher.view(), 0.5f, labels.view(), confidence.view(), counts.view()));
            run(new Gamma(counts.view(), 45 * 41, Gamma.Rule.PUBLISHED, parts.view(), pairing.view(), mean.view()));
            run(ComposeBatch.ofStrong(weak.view(), strong.view(), batch.view()).withWeak());
            run(ConsistencyLoss.of(student.view(), labels.view(), confidence.view(), 0.3f, loss.view())
                    .withGradient(grad.view(), 1));
            run(SupervisedLoss.ohem(student.view(), labels.view(), 0.1f, 700, hard.view()));
            run(new Confusion(student.view(), labels.view(), areas.view()));
            run(new EmaUpdate(list(old), list(fresh), new LongPointer(new long[] {40000}), 0.9f));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (Tensor output :
                    List.of(labels, confidence, counts, parts, pairing, mean, batch, loss, hard, grad, areas, old)) {
                all.writeBytes(output.bytes());
            }
            return all.toByteArray();
        }
    }

    private static PointerPointer<Pointer> list(Tensor tensor) {
        return new PointerPointer<Pointer>(1).put(0, tensor.memory());
    }

    private static void run(Operation operation) {
        Kernels kernels = Kernels.cpu();
        long bytes = operation.workspaceBytes(kernels);
        operation.run(kernels, bytes == 0 ? null : workspace(bytes), bytes);
    }
}
