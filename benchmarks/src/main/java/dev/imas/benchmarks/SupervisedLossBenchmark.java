package dev.imas.benchmarks;

import dev.imas.kernels.Kernels.SupervisedKind;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Supervised loss (method 3.6) and its gradient at the low-resolution logits. The truth has nothing to do with the
 * logits, so that nearly all pixels are hard ones, the most work for OHEM; one pixel in 50 is ignored, here and there, so
 * that no region can be skipped.
 */
public class SupervisedLossBenchmark extends LogitsBenchmark {
    private static final double HARD = 0.7;
    private static final long AT_LEAST = 100_000;
    private static final int IGNORED = 255;
    /** Of the largest gradient, for float32 sums in another order. */
    private static final double TOLERANCE = 1e-5;
    /** Pixels on the edge of being hard may fall to the other side: as many in a million, and what that does. */
    private static final double DOUBTFUL = 2e-5;

    @Param({"CE", "OHEM"})
    public SupervisedKind kind;

    private Tensor labels;
    private Tensor loss;
    private Tensor kept;
    private Tensor gradient;
    /** The same labels for libtorch: [B,H,W,1] int64. */
    private Tensor indices;
    /** [B,H,W,1] of -1. */
    private Tensor minusOne;

    private record Result(Tensor loss, Tensor gradient) {
    }

    @Override
    void prepare() {
        try (PointerScope making = new PointerScope()) {
            Tensor classes = Composition.enlarge(teacher, size.full).argmax(new LongOptional(3), true);
            Tensor ignored = torch.rand(size.images, size.full, size.full, 1).lt(new Scalar(0.02));
            indices = classes.masked_fill(ignored, new Scalar(IGNORED));
            labels = indices.to(ScalarType.Byte).permute(0, 3, 1, 2);
            indices.retainReference();
            labels.retainReference();
        }
        minusOne = torch.ones(size.images, size.full, size.full, 1).neg();
        loss = allocate(ScalarType.Float, 1, 1, 1, 1);
        kept = allocate(ScalarType.Long, 1, 1, 1, 1);
        gradient = likeLogits();
        try (PointerScope call = new PointerScope()) {
            allocateWorkspace();
            kernel();
            releaseWorkspace();
            Result result = compose();
            double tolerance = kind == SupervisedKind.CE ? TOLERANCE : DOUBTFUL;
            requireNear("losses", loss.view(-1), result.loss.view(-1), tolerance * loss.item_double());
            double largest = result.gradient.abs().max().item_double();
            requireNear("gradients", gradient, result.gradient, largest * (type == Type.F32 ? tolerance : 0x1p-8));
        }
    }

    @Override
    long workspaceBytes() {
        return kernels.supervisedLossWorkspace(view(student), view(labels), kind);
    }

    @Benchmark
    public void kernel() {
        kernels.supervisedLoss(view(student), view(labels), kind, (float) HARD, AT_LEAST, 1, view(loss), view(kept), view(gradient), workspace(), workspaceBytes());
    }

    @Benchmark
    public void composition() {
        try (PointerScope call = new PointerScope()) {
            compose();
        }
    }

    /** The gradient in closed form, softmax minus one-hot, made in place: faster than autograd. */
    private Result compose() {
        Tensor ignored = indices.eq(new Scalar(IGNORED));
        Tensor known = indices.masked_fill(ignored, new Scalar(0));
        Tensor p = Composition.probabilities(student, size.full);
        Tensor truth = p.gather(3, known);
        Tensor used = kind == SupervisedKind.CE ? ignored.logical_not() : hard(truth, ignored);
        Tensor factor = used.div(used.sum());
        Tensor total = truth.log_().mul_(factor).sum().neg();
        Tensor atLogits = p.scatter_add_(3, known, minusOne).mul_(factor);
        return new Result(total, Composition.enlargeBackward(atLogits, size).to(type.torch));
    }

    private Tensor hard(Tensor truth, Tensor ignored) {
        Tensor ranked = truth.masked_fill(ignored, new Scalar(1));
        Tensor limit = torch.kthvalue(ranked.view(-1), AT_LEAST).get0().clamp_min(new Scalar(HARD));
        return ranked.le(limit).logical_and_(ignored.logical_not());
    }
}
