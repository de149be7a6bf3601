package dev.imas.kernels;

import static dev.imas.kernels.Tensors.nchw;
import static dev.imas.kernels.Tensors.workspace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.kernels.Tensors.Tensor;
import dev.imas.kernels.capi.Imas;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/** Whatever is handed in, the answer is an exception that names the argument, never a crash. */
class KernelsErrorsTest {
    private final Kernels kernels = Kernels.cpu();
    private final Tensor logits = nchw(DType.F32, 2, 3, 4, 5).fill(() -> 0.5);
    private final Tensor truth = nchw(DType.U8, 2, 1, 8, 9).fill(() -> 1);
    private final Tensor counts = nchw(DType.I64, 1, 1, 3, 3).fill(() -> 0);
    private final long bytes = kernels.confusionWorkspace(logits.view(), truth.view());
    private final Pointer workspace = workspace(bytes);

    private static void refused(ThrowingCallable call, String... mentions) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).message().contains(mentions).doesNotContain("\n");
    }

    private void confusion(TensorView logits, TensorView truth, TensorView counts) {
        kernels.confusion(logits, truth, counts, workspace, bytes);
    }

    private static TensorView view(TensorView like, Pointer data, DType dtype, long... shape) {
        return new TensorView(data, dtype, shape, like.stride());
    }

    @Test
    void missingArguments() {
        refused(() -> confusion(null, truth.view(), counts.view()), "logits is missing");
        refused(() -> confusion(logits.view(), null, counts.view()), "truth is missing");
        refused(() -> confusion(logits.view(), truth.view(), null), "counts is missing");
        refused(() -> confusion(view(logits.view(), null, DType.F32, 2, 3, 4, 5), truth.view(), counts.view()), "logits has no data");
        refused(() -> confusion(view(logits.view(), new Pointer(), DType.F32, 2, 3, 4, 5), truth.view(), counts.view()), "logits has no data");
        refused(() -> kernels.confusionWorkspace(null, truth.view()), "logits is missing");
        refused(() -> kernels.gamma(null, 1, null, true, true, null, null, null), "version is missing");
        refused(() -> kernels.supervisedLossWorkspace(logits.view(), truth.view(), null), "kind is missing");
        refused(() -> kernels.emaUpdateWorkspace(null), "numel is missing");
        refused(() -> new TensorView(null, null, new long[4], new long[4]), "dtype");
        refused(() -> new TensorView(null, DType.F32, new long[3], new long[4]), "4 axes");
        refused(() -> TensorView.contiguous(null, DType.F32, 1, 2), "4 axes");
    }

    @Test
    void wrongViews() {
        Pointer data = logits.memory();
        refused(() -> confusion(view(logits.view(), data, DType.I32, 2, 3, 4, 5), truth.view(), counts.view()), "logits has dtype 4 (i32), expected f32, bf16 or f16");
        refused(() -> confusion(view(logits.view(), data, DType.F32, 1, 3, 4, 5), truth.view(), counts.view()), "truth has shape [2,1,8,9], expected [1,1,8,9]");
        refused(() -> confusion(view(logits.view(), data, DType.F32, 2, 3, -4, 5), truth.view(), counts.view()), "extent -4 on axis 2");
        refused(() -> confusion(new TensorView(data, DType.F32, new long[] {2, 3, 4, 5}, new long[] {Long.MAX_VALUE, 1, 1, 1}), truth.view(), counts.view()), "address space");
        refused(() -> confusion(new TensorView(data, DType.F32, new long[] {2, 300, 4, 5}, new long[4]), truth.view(), counts.view()), "300 classes");
        refused(() -> confusion(logits.view(), truth.view(), new TensorView(logits.memory(), DType.I64, new long[] {1, 1, 3, 3}, new long[] {9, 9, 3, 1})), "counts overlaps logits");
        assertThat(counts.bytes()).containsOnly(0);
    }

    @Test
    void workspaces() {
        assertThat(bytes).isPositive();
        refused(() -> kernels.confusion(logits.view(), truth.view(), counts.view(), null, bytes), "workspace is missing");
        refused(() -> kernels.confusion(logits.view(), truth.view(), counts.view(), workspace, bytes - 1), "bytes", "are needed");
        refused(() -> kernels.confusion(logits.view(), truth.view(), counts.view(), new Pointer(workspace).getPointer(workspace.position() + 4), bytes), "aligned to 64");
        TensorView broadcast = new TensorView(logits.memory(), DType.F32, new long[] {Integer.MAX_VALUE, 256, Integer.MAX_VALUE, Integer.MAX_VALUE}, new long[4]);
        TensorView map = new TensorView(truth.memory(), DType.U8, new long[] {Integer.MAX_VALUE, 1, 1, 1}, new long[4]);
        refused(() -> kernels.consistencyLossWorkspace(broadcast, map), "does not fit into memory");
    }

    @Test
    void emaArguments() {
        PointerPointer<Pointer> one = new PointerPointer<>(1);
        one.put(0, logits.memory());
        LongPointer two = new LongPointer(4, 4);
        refused(() -> kernels.emaUpdate(one, one, two, 0.5f, null, 0), "teacher has 1 pointers, numel has 2");
        refused(() -> kernels.emaUpdate(null, one, two, 0.5f, null, 0), "teacher is missing");
        refused(() -> kernels.emaUpdate(one, one, null, 0.5f, null, 0), "numel is missing");
        LongPointer four = new LongPointer(new long[] {4});
        refused(() -> kernels.emaUpdate(one, one, four, 0.5f, null, 0), "overlaps");
        refused(() -> kernels.emaUpdate(one, one, four, 1.5f, null, 0), "decay is 1.5");
        PointerPointer<Pointer> nothing = new PointerPointer<>(1);
        nothing.put(0, (Pointer) null);
        refused(() -> kernels.emaUpdate(one, nothing, four, 0.5f, null, 0), "student[0] is null");
    }

    @Test
    void anAbsentCudaBackendIsExplained() {
        refused(() -> Kernels.cuda(-1, null), "device is -1");
        assertThat(Kernels.available(Kernels.Backend.CPU)).isTrue();
        if (!Kernels.available(Kernels.Backend.CUDA)) {
            assertThatThrownBy(() -> Kernels.cuda(0, null)).isInstanceOf(IllegalStateException.class).message().isNotBlank().doesNotContain("\n");
        }
    }

    @Test
    void buildInfoIsOneLine() {
        assertThat(Kernels.buildInfo()).startsWith("imas kernels").contains("ABI " + Imas.IMAS_ABI_VERSION, "cpu backend").doesNotContain("\n");
    }

    @Test
    void codesAgreeWithTheHeader() {
        assertThat(DType.F32.code()).isEqualTo(Imas.IMAS_F32);
        assertThat(DType.BF16.code()).isEqualTo(Imas.IMAS_BF16);
        assertThat(DType.F16.code()).isEqualTo(Imas.IMAS_F16);
        assertThat(DType.U8.code()).isEqualTo(Imas.IMAS_U8);
        assertThat(DType.I32.code()).isEqualTo(Imas.IMAS_I32);
        assertThat(DType.I64.code()).isEqualTo(Imas.IMAS_I64);
    }

    /** Each thread sees the message of its own call, and the argument block outlives any pointer scope. */
    @Test
    void threadsAndScopesDoNotDisturbEachOther() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int task = 0; task < 8; task++) {
                long classes = 300 + task;
                done.add(pool.submit(() -> {
                    for (int round = 0; round < 200; round++) {
                        try (PointerScope scope = new PointerScope()) {
                            TensorView bad = new TensorView(logits.memory(), DType.F32, new long[] {2, classes, 4, 5}, new long[4]);
                            refused(() -> kernels.confusionWorkspace(bad, truth.view()), classes + " classes");
                            assertThat(kernels.confusionWorkspace(logits.view(), truth.view())).isEqualTo(bytes);
                        }
                    }
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            pool.shutdown();
        }
    }
}
