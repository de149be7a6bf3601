package dev.imas.benchmarks;

import static dev.imas.device.TensorViews.of;

import dev.imas.device.TensorViews;
import dev.imas.kernels.ConsistencyLoss;
import dev.imas.kernels.PseudoLabel;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * Consistency loss of one view (method 3.7) and its gradient at the low-resolution logits. The threshold is 0, so every
 * pixel counts: the kernel, which leaves unsure regions out, gains nothing by that here.
 */
public class ConsistencyLossBenchmark extends LogitsBenchmark {
    private static final double THRESHOLD = 0;
    /** Of the largest gradient, for float32 sums in another order. */
    private static final double TOLERANCE = 1e-5;

    private Tensor labels;
    private Tensor confidence;
    private Tensor weight;
    private Tensor loss;
    private Tensor gradient;
    /** The same labels for libtorch. */
    private Tensor indices;
    /** [1,H,W,1] of -1. */
    private Tensor minusOne;

    private Tensor composedLoss;
    private Tensor composedGradient;

    @Override
    void prepare() {
        Tensor counts = allocate(ScalarType.Int, size.images, 1, 1, 3L * size.classes + 2);
        labels = perPixel(ScalarType.Byte);
        confidence = perPixel(ScalarType.Float);
        PseudoLabel pseudoLabel =
                new PseudoLabel(of(teacher), of(teacher), 0.95f, of(labels), of(confidence), of(counts));
        long bytes = pseudoLabel.workspaceBytes(kernels);
        pseudoLabel.run(kernels, TensorViews.data(allocate(ScalarType.Byte, bytes)), bytes);
        indices = indices(labels);
        minusOne = onDevice(torch.ones(1, size.full, size.full, 1).neg());
        weight = onDevice(torch.rand(size.images, 1, 1, 1));
        loss = allocate(ScalarType.Float, 1, 1, 1, 1);
        gradient = likeLogits();
        composedLoss = allocate(ScalarType.Float, 1);
        composedGradient = likeLogits();
    }

    @Override
    void compare() {
        kernel();
        composition();
        requireNear("losses", loss.view(-1), composedLoss, TOLERANCE * loss.item_double());
        double largest = composedGradient.abs().max().item_double();
        requireNear("gradients", gradient, composedGradient, largest * (type == Type.F32 ? TOLERANCE : BF16_STEP));
    }

    @Override
    long workspaceBytes() {
        return operation().workspaceBytes(kernels);
    }

    @Benchmark
    public void kernel() {
        measured(() -> run(operation()));
    }

    private ConsistencyLoss operation() {
        return ConsistencyLoss.of(of(student), of(labels), of(confidence), (float) THRESHOLD, of(loss))
                .withWeight(of(weight))
                .withGradient(of(gradient), 1);
    }

    @Benchmark
    public void composition() {
        measured(this::compose);
    }

    private void compose() {
        try (PointerScope call = new PointerScope()) {
            Tensor low = Composition.low(student);
            composedLoss.zero_();
            for (int b = 0; b < size.images; b++) {
                try (PointerScope image = new PointerScope()) {
                    Tensor p = composition.softmax(low, b, 0);
                    Tensor truth = indices.narrow(0, b, 1);
                    Tensor factor = confidence
                            .select(0, b)
                            .ge(new Scalar(THRESHOLD))
                            .mul(weight.select(0, b).div(new Scalar(size.pixels())))
                            .view(1, size.full, size.full, 1);
                    composedLoss.sub_(p.gather(3, truth).log_().mul_(factor).sum());
                    composition.enlargeBackward(
                            p.scatter_add_(3, truth, minusOne).mul_(factor), composedGradient, b);
                }
            }
        }
    }
}
