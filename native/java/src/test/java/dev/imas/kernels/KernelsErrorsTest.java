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
import org.bytedeco.javacpp.BytePointer;
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
    private final Confusion confusion = new Confusion(logits.view(), truth.view(), counts.view());
    private final long bytes = confusion.workspaceBytes(kernels);
    private final Pointer workspace = workspace(bytes);

    private static void refused(ThrowingCallable call, String... mentions) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(mentions)
                .doesNotContain("\n");
    }

    private void confusion(TensorView logits, TensorView truth, TensorView counts) {
        new Confusion(logits, truth, counts).run(kernels, workspace, bytes);
    }

    private static TensorView view(TensorView like, Pointer data, DType dtype, long... shape) {
        return new TensorView(data, dtype, shape, like.stride());
    }

    /** A view of which only the type is looked at. */
    private static TensorView view(DType dtype) {
        return TensorView.contiguous(null, dtype, 1, 1, 1, 1);
    }

    @Test
    void missingArguments() {
        refused(() -> confusion(null, truth.view(), counts.view()), "logits is missing");
        refused(() -> confusion(logits.view(), null, counts.view()), "truth is missing");
        refused(() -> confusion(logits.view(), truth.view(), null), "counts is missing");
        refused(
                () -> confusion(view(logits.view(), null, DType.F32, 2, 3, 4, 5), truth.view(), counts.view()),
                "logits has no data");
        refused(
                () -> confusion(view(logits.view(), new Pointer(), DType.F32, 2, 3, 4, 5), truth.view(), counts.view()),
                "logits has no data");
        refused(() -> new Gamma.Rule(null, true, true), "imas_gamma: version is missing (null)");
        refused(
                () -> new Gamma(view(DType.I32), 1, null, view(DType.F32), view(DType.I32), view(DType.F32)),
                "imas_gamma: rule is missing (null)");
        refused(
                () -> new SupervisedLoss(logits.view(), truth.view(), null, 0, 0, view(DType.F32), null, null),
                "imas_supervised_loss: kind is missing (null)");
        refused(
                () -> SupervisedLoss.crossEntropy(logits.view(), truth.view(), view(DType.F32))
                        .withGradient(null, 1),
                "imas_supervised_loss: grad is missing (null)");
        refused(
                () -> new ComposeBatch.CutMix(
                        view(DType.I32), null, truth.view(), view(DType.F32), truth.view(), view(DType.F32)),
                "imas_compose_batch: boxes is missing (null)");
        refused(() -> new TensorView(null, null, new long[4], new long[4]), "dtype");
        refused(() -> new TensorView(null, DType.F32, new long[3], new long[4]), "4 axes");
        refused(() -> TensorView.contiguous(null, DType.F32, 1, 2), "4 axes");
    }

    private void refusedLogits(TensorView logits, String mention) {
        refused(() -> confusion(logits, truth.view(), counts.view()), mention);
    }

    @Test
    void wrongViews() {
        Pointer data = logits.memory();
        refusedLogits(
                view(logits.view(), data, DType.F32, 1, 3, 4, 5), "truth has shape [2,1,8,9], expected [1,1,8,9]");
        refusedLogits(view(logits.view(), data, DType.F32, 2, 3, -4, 5), "extent -4 on axis 2");
        long[] far = {Long.MAX_VALUE, 1, 1, 1};
        refusedLogits(new TensorView(data, DType.F32, new long[] {2, 3, 4, 5}, far), "address space");
        refusedLogits(new TensorView(data, DType.F32, new long[] {2, 300, 4, 5}, new long[4]), "300 classes");
        TensorView overlapping = TensorView.contiguous(logits.memory(), DType.I64, 1, 1, 3, 3);
        refused(() -> confusion(logits.view(), truth.view(), overlapping), "counts overlaps logits");
        assertThat(counts.bytes()).containsOnly(0);
    }

    /** Each record knows its own types, in the words of the C side. */
    @Test
    void wrongTypes() {
        TensorView f32 = view(DType.F32);
        TensorView bf16 = view(DType.BF16);
        TensorView u8 = view(DType.U8);
        TensorView i32 = view(DType.I32);
        refused(
                () -> new Confusion(i32, u8, view(DType.I64)),
                "imas_confusion: logits has dtype 4 (i32), expected f32, bf16 or f16");
        refused(() -> new Confusion(bf16, u8, i32), "imas_confusion: counts has dtype 4 (i32), expected i64");
        refused(() -> new PseudoLabel(f32, bf16, 1, u8, bf16, i32), "confidence has dtype 1 (bf16), expected f32");
        refused(
                () -> new Gamma(i32, 1, Gamma.Rule.PUBLISHED, f32, f32, f32),
                "pairing has dtype 0 (f32), expected i32");
        refused(() -> ComposeBatch.ofStrong(bf16, f32, bf16), "strong has dtype 0 (f32), expected bf16");
        ComposeBatch batch = ComposeBatch.ofStrong(f32, f32, f32);
        refused(() -> batch.withLabeled(bf16), "labeled has dtype 1 (bf16), expected f32");
        refused(() -> batch.withGamma(bf16), "gamma has dtype 1 (bf16), expected f32");
        refused(() -> ConsistencyLoss.of(f32, f32, f32, 1, f32), "labels has dtype 0 (f32), expected u8");
        refused(() -> ConsistencyLoss.of(f32, u8, f32, 1, f32).withWeight(u8), "weight has dtype 3 (u8), expected f32");
        SupervisedLoss loss = SupervisedLoss.ohem(f32, u8, 0, 0, f32);
        refused(() -> loss.withGradient(u8, 1), "grad has dtype 3 (u8), expected f32");
        refused(() -> loss.withKept(i32), "kept has dtype 4 (i32), expected i64");
    }

    @Test
    void workspaces() {
        assertThat(bytes).isPositive();
        refused(() -> confusion.run(kernels), "workspace is missing");
        refused(() -> confusion.run(kernels, workspace, bytes - 1), "bytes", "are needed");
        Pointer askew = new BytePointer(workspace).position(workspace.position() + 4);
        refused(() -> confusion.run(kernels, askew, bytes), "aligned to 64");
        long most = Integer.MAX_VALUE;
        long side = 46340;
        Pointer somewhere = new Pointer(truth.memory()).limit(0);
        TensorView small = TensorView.contiguous(somewhere, DType.F32, most, 1, 1, 1);
        TensorView map = TensorView.contiguous(somewhere, DType.U8, most, 1, side, side);
        Operation vast = SupervisedLoss.ohem(small, map, 0, 1, view(DType.F32));
        refused(() -> vast.workspaceBytes(kernels), "does not fit into memory");
    }

    @Test
    void emaArguments() {
        PointerPointer<Pointer> one = new PointerPointer<>(1);
        one.put(0, logits.memory());
        LongPointer two = new LongPointer(4, 4);
        refused(() -> new EmaUpdate(one, one, two, 0.5f), "teacher has 1 pointers, numel has 2");
        refused(() -> new EmaUpdate(null, one, two, 0.5f), "teacher is missing");
        refused(() -> new EmaUpdate(one, one, null, 0.5f), "numel is missing");
        LongPointer four = new LongPointer(new long[] {4});
        EmaUpdate itself = new EmaUpdate(one, one, four, 0.5f);
        refused(() -> itself.run(kernels), "overlaps");
        refused(() -> itself.withDecay(1.5f).run(kernels), "decay is 1.5");
        PointerPointer<Pointer> nothing = new PointerPointer<>(1);
        nothing.put(0, (Pointer) null);
        refused(() -> new EmaUpdate(one, nothing, four, 0.5f).run(kernels), "student[0] is null");
    }

    /** Limits of pointers can be moved after the record was made. */
    @Test
    void emaAsksForTheEntriesAtEveryCall() {
        PointerPointer<Pointer> pointers = new PointerPointer<>(1);
        pointers.put(0, logits.memory());
        LongPointer numel = new LongPointer(4, 4).limit(1);
        EmaUpdate update = new EmaUpdate(pointers, pointers, numel, 0.5f);
        numel.limit(2);
        refused(() -> update.run(kernels), "teacher has 1 pointers, numel has 2");
        refused(() -> update.workspaceBytes(kernels), "teacher has 1 pointers, numel has 2");
    }

    @Test
    void anAbsentCudaBackendIsExplained() {
        refused(() -> Kernels.cuda(-1, null), "device is -1");
        assertThat(Kernels.available(Kernels.Backend.CPU)).isTrue();
        assertThat(Kernels.problem(Kernels.Backend.CPU, 0)).isNull();
        assertThat(Kernels.problem(Kernels.Backend.CPU, -1)).contains("device is -1");
        if (!Kernels.available(Kernels.Backend.CUDA)) {
            assertThat(Kernels.computeCapability(0)).isZero();
            assertThatThrownBy(() -> Kernels.cuda(0, null))
                    .isInstanceOf(IllegalStateException.class)
                    .message()
                    .isNotBlank()
                    .doesNotContain("\n");
        }
    }

    @Test
    void buildInfoIsOneLine() {
        assertThat(Kernels.buildInfo())
                .startsWith("imas kernels")
                .contains("ABI " + Imas.IMAS_ABI_VERSION, "cpu backend")
                .doesNotContain("\n");
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
                            long[] shape = {2, classes, 4, 5};
                            TensorView bad = new TensorView(logits.memory(), DType.F32, shape, new long[4]);
                            Operation tooMany = new Confusion(bad, truth.view(), counts.view());
                            refused(() -> tooMany.workspaceBytes(kernels), classes + " classes");
                            assertThat(confusion.workspaceBytes(kernels)).isEqualTo(bytes);
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
