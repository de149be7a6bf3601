package dev.imas.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** No view reaches beyond its pointer's memory, and no workspace: each is refused before C sees an address. */
class RoomTest {
    private static final int B = 2;
    private static final int C = 3;

    private final Kernels kernels = Kernels.cpu();

    /** An operation made of views of given types and shapes, which `views` may shorten. */
    private record Case(String name, List<TensorView> views, Function<List<TensorView>, Operation> operation) {}

    private static TensorView view(DType type, long... shape) {
        long elements = shape[0] * shape[1] * shape[2] * shape[3];
        BytePointer memory = new BytePointer(elements * type.bytes()).fill(0);
        return TensorView.contiguous(memory, type, shape);
    }

    private static List<Case> cases() {
        TensorView logits = view(DType.F32, B, C, 4, 5);
        TensorView half = view(DType.BF16, B, C, 4, 5);
        TensorView labels = view(DType.U8, B, 1, 8, 9);
        TensorView confidence = view(DType.F32, B, 1, 8, 9);
        TensorView perImage = view(DType.F32, B, 1, 1, 1);
        TensorView images = view(DType.F32, B, 3, 8, 9);
        TensorView scalar = view(DType.F32, 1, 1, 1, 1);
        TensorView pairing = view(DType.I32, B, 1, 1, 1);
        return List.of(
                new Case(
                        "imas_pseudo_label",
                        List.of(logits, half, labels, confidence, view(DType.I32, B, 1, 1, 3 * C + 2)),
                        v -> new PseudoLabel(v.get(0), v.get(1), 0.5f, v.get(2), v.get(3), v.get(4))),
                new Case(
                        "imas_gamma",
                        List.of(view(DType.I32, B, 1, 1, 3 * C + 2), view(DType.F32, B, 1, 1, 5), pairing, scalar),
                        v -> new Gamma(v.get(0), 72, Gamma.Rule.PUBLISHED, v.get(1), v.get(2), v.get(3))),
                new Case(
                        "imas_compose_batch",
                        List.of(
                                view(DType.F32, 1, 3, 8, 9),
                                images,
                                view(DType.F32, B, 3, 8, 9),
                                perImage,
                                pairing,
                                view(DType.I32, B, 1, 1, 4),
                                labels,
                                confidence,
                                view(DType.BF16, 1 + 3 * B, 3, 8, 9),
                                view(DType.U8, B, 1, 8, 9),
                                view(DType.F32, B, 1, 8, 9)),
                        v -> ComposeBatch.ofStrong(v.get(1), v.get(2), v.get(8))
                                .withLabeled(v.get(0))
                                .withGamma(v.get(3))
                                .withWeak()
                                .withCutMix(new ComposeBatch.CutMix(
                                        v.get(4), v.get(5), v.get(6), v.get(7), v.get(9), v.get(10)))),
                new Case(
                        "imas_consistency_loss",
                        List.of(logits, labels, confidence, perImage, scalar, view(DType.F32, B, C, 4, 5)),
                        v -> ConsistencyLoss.of(v.get(0), v.get(1), v.get(2), 0.5f, v.get(4))
                                .withWeight(v.get(3))
                                .withGradient(v.get(5), 1)),
                new Case(
                        "imas_supervised_loss",
                        List.of(logits, labels, scalar, view(DType.I64, 1, 1, 1, 1), view(DType.F16, B, C, 4, 5)),
                        v -> SupervisedLoss.ohem(v.get(0), v.get(1), 0.7f, 9, v.get(2))
                                .withKept(v.get(3))
                                .withGradient(v.get(4), 1)),
                new Case(
                        "imas_confusion",
                        List.of(logits, labels, view(DType.I64, 1, 1, 3, C)),
                        v -> new Confusion(v.get(0), v.get(1), v.get(2))));
    }

    private void run(Operation operation) {
        long bytes = operation.workspaceBytes(kernels);
        operation.run(kernels, bytes == 0 ? null : Tensors.workspace(bytes), bytes);
    }

    private static void refused(ThrowingCallable call, String... mentions) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(mentions)
                .doesNotContain("\n");
    }

    /** The view over memory that ends one element early. */
    private static TensorView shortened(TensorView view, UnaryOperator<Pointer> change) {
        return new TensorView(change.apply(view.data()), view.dtype(), view.shape(), view.stride());
    }

    private static List<TensorView> with(List<TensorView> views, int index, UnaryOperator<Pointer> change) {
        List<TensorView> changed = new ArrayList<>(views);
        changed.set(index, shortened(views.get(index), change));
        return changed;
    }

    @TestFactory
    Stream<DynamicTest> everyViewOfEveryOperation() {
        return cases().stream().flatMap(c -> IntStream.range(0, c.views().size())
                .mapToObj(index -> DynamicTest.dynamicTest(c.name() + " " + index, () -> {
                    long bytes = c.views().get(index).dtype().bytes();
                    refused(
                            () -> run(c.operation().apply(with(c.views(), index, p -> limited(p, -1)))),
                            c.name() + ": ",
                            " spans ",
                            "but its pointer holds ");
                    refused(
                            () -> run(c.operation()
                                    .apply(with(c.views(), index, p -> new BytePointer(p).position(bytes)))),
                            " spans ");
                    refused(
                            () -> run(c.operation()
                                    .apply(with(c.views(), index, p -> new BytePointer(p).position(-bytes)))),
                            "but its pointer holds 0 bytes");
                    assertThatCode(() -> run(c.operation().apply(c.views()))).doesNotThrowAnyException();
                    assertThatCode(() ->
                                    run(c.operation().apply(with(c.views(), index, p -> new BytePointer(p).limit(0)))))
                            .as("the caller's word")
                            .doesNotThrowAnyException();
                })));
    }

    private static Pointer limited(Pointer pointer, long by) {
        return new BytePointer(pointer).limit(pointer.limit() + by);
    }

    /** As found: ten floats as 84 million. */
    @Test
    void aShapeFarBeyondItsPointer() {
        TensorView logits = TensorView.contiguous(new FloatPointer(10), DType.F32, 1, 21, 2000, 2000);
        Operation confusion = new Confusion(logits, view(DType.U8, 1, 1, 8, 9), view(DType.I64, 1, 1, 3, 21));
        String message = "imas_confusion: logits spans 336000000 bytes (F32, shape [1, 21, 2000, 2000], strides"
                + " [84000000, 4000000, 2000, 1]), but its pointer holds 40 bytes from its position to its limit";
        refused(() -> confusion.run(kernels, Tensors.workspace(1 << 16), 1 << 16), message);
        refused(() -> confusion.workspaceBytes(kernels), message);
    }

    @TestFactory
    Stream<DynamicTest> everyWorkspace() {
        return cases().stream()
                .filter(c -> c.operation().apply(c.views()).workspaceBytes(kernels) > 0)
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    Operation operation = c.operation().apply(c.views());
                    long bytes = operation.workspaceBytes(kernels);
                    Pointer workspace = Tensors.workspace(bytes);
                    Pointer small = new BytePointer(workspace).limit(workspace.position() + bytes - 1);
                    refused(
                            () -> operation.run(kernels, small, bytes),
                            c.name() + ": workspace is said to have " + bytes + " bytes, but its pointer holds "
                                    + (bytes - 1));
                    refused(
                            () -> operation.run(kernels, workspace, -1),
                            c.name() + ": workspace is said to have -1 bytes");
                    operation.run(kernels, new BytePointer(workspace).limit(0), bytes);
                }));
    }

    /** Memory is counted in the pointer's own elements, and a limit beyond what was allocated is not believed. */
    @Test
    void whatAPointerHolds() {
        FloatPointer floats = new FloatPointer(10);
        assertThat(Room.bytes(floats)).isEqualTo(40);
        assertThat(Room.bytes(new FloatPointer(floats).position(3))).isEqualTo(28);
        assertThat(Room.bytes(new FloatPointer(floats).limit(1000))).isEqualTo(40);
        assertThat(Room.bytes(new FloatPointer(floats).position(11))).isZero();
        assertThat(Room.bytes(new FloatPointer(floats).limit(0))).isEqualTo(Room.UNKNOWN);
        assertThat(Room.bytes(null)).isEqualTo(Room.UNKNOWN);
        assertThat(Room.bytes(new FloatPointer(floats).capacity(Long.MAX_VALUE)))
                .isEqualTo(Long.MAX_VALUE);
    }

    /** Shapes and strides that C refuses itself, and those that repeat memory, need no more than they have. */
    @Test
    void theSpanOfAView() {
        FloatPointer floats = new FloatPointer(10);
        long[] shape = {2, 3, 4, 5};
        assertThat(Room.spanOf(TensorView.contiguous(floats, DType.F32, shape))).isEqualTo(480);
        assertThat(Room.spanOf(new TensorView(floats, DType.I64, shape, new long[4])))
                .isEqualTo(8);
        assertThat(Room.spanOf(new TensorView(floats, DType.F32, shape, new long[] {-1, 0, 0, 0})))
                .isZero();
        assertThat(Room.spanOf(new TensorView(floats, DType.F32, shape, new long[] {Long.MAX_VALUE, 2, 0, 0})))
                .isZero();
        assertThat(Room.spanOf(new TensorView(floats, DType.F32, new long[] {0, 1, 1, 1}, new long[4])))
                .isZero();
    }

    /** A list without a limit would be a call that does nothing. */
    @Test
    void aListOfUnknownLength() {
        PointerPointer<Pointer> pointers = new PointerPointer<>(1);
        pointers.put(0, new FloatPointer(4));
        LongPointer numel = new LongPointer(new long[] {4});
        refused(
                () -> new EmaUpdate(pointers, pointers, new LongPointer(numel).limit(0), 0.5f),
                "imas_ema_update: numel has no entry between its position and its limit");
        refused(
                () -> new EmaUpdate(pointers, pointers, new LongPointer(numel).position(1), 0.5f),
                "numel has no entry");
        refused(
                () -> new EmaUpdate(pointers, new PointerPointer<>(pointers).limit(0), numel, 0.5f),
                "student has 0 pointers, numel has 1");
    }
}
