package dev.imas.benchmarks;

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
    /** The same labels for libtorch: [B,H,W,1] int64. */
    private Tensor indices;
    /** [B,H,W,1] of -1. */
    private Tensor minusOne;

    private record Result(Tensor loss, Tensor gradient) {
    }

    @Override
    void prepare() {
        Tensor counts = allocate(ScalarType.Int, size.images, 1, 1, 3L * size.classes + 2);
        labels = perPixel(ScalarType.Byte);
        confidence = perPixel(ScalarType.Float);
        long bytes = kernels.pseudoLabelWorkspace(view(teacher), view(labels));
        kernels.pseudoLabel(view(teacher), view(teacher), 0.95f, view(labels), view(confidence), view(counts), allocate(ScalarType.Byte, bytes + 1).data_ptr(), bytes);
        indices = labels.to(ScalarType.Long).permute(0, 2, 3, 1);
        minusOne = torch.ones(size.images, size.full, size.full, 1).neg();
        weight = torch.rand(size.images, 1, 1, 1);
        loss = allocate(ScalarType.Float, 1, 1, 1, 1);
        gradient = likeLogits();
        try (PointerScope call = new PointerScope()) {
            allocateWorkspace();
            kernel();
            releaseWorkspace();
            Result result = compose();
            requireNear("losses", loss.view(-1), result.loss.view(-1), TOLERANCE * loss.item_double());
            double largest = result.gradient.abs().max().item_double();
            requireNear("gradients", gradient, result.gradient, largest * (type == Type.F32 ? TOLERANCE : 0x1p-8));
        }
    }

    @Override
    long workspaceBytes() {
        return kernels.consistencyLossWorkspace(view(student), view(labels));
    }

    @Benchmark
    public void kernel() {
        kernels.consistencyLoss(view(student), view(labels), view(confidence), (float) THRESHOLD, view(weight), 1, view(loss), view(gradient), workspace(), workspaceBytes());
    }

    @Benchmark
    public void composition() {
        try (PointerScope call = new PointerScope()) {
            compose();
        }
    }

    /** The gradient in closed form, softmax minus one-hot, made in place: faster than autograd. */
    private Result compose() {
        Tensor p = Composition.probabilities(student, size.full);
        Tensor factor = confidence.ge(new Scalar(THRESHOLD)).mul(weight.div(new Scalar(size.pixels()))).permute(0, 2, 3, 1);
        Tensor total = p.gather(3, indices).log_().mul_(factor).sum().neg();
        Tensor atLogits = p.scatter_add_(3, indices, minusOne).mul_(factor);
        return new Result(total, Composition.enlargeBackward(atLogits, size).to(type.torch));
    }
}
