package dev.imas.benchmarks;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Ways to compose the same thing from libtorch's operations, from which those of {@link Composition} were chosen:
 * labels
 * and confidences of one network, a cross-entropy with its gradient, and the k-th smallest probability. {@code narrow}
 * stays in bf16, where the others convert the logits to float32 first; its results are off by the rounding of bf16 (run
 * with {@code -p type=BF16}). Nothing is compared here.
 */
public class CandidateBenchmark extends LogitsBenchmark {
    private static final long NOTHING_IGNORED = -100;
    private static final long MEAN = 1;

    /** [B,H,W,1] int64 */
    private Tensor indices;
    /** [B,H,W,1] of -1. */
    private Tensor minusOne;
    /** [B*H*W] */
    private Tensor ranked;
    /** [B,C,h,w] */
    private Tensor gradient;

    @Override
    void prepare() {
        indices = indices(truth()).clamp_max(new Scalar(size.classes - 1L));
        minusOne = torch.ones(size.images, size.full, size.full, 1).neg();
        ranked = torch.rand(size.pixels());
        gradient = torch.empty(new long[] {size.images, size.classes, size.low, size.low});
    }

    @Override
    void compare() {
        // nothing to compare
    }

    @Override
    long workspaceBytes() {
        return 0;
    }

    @Benchmark
    public void predictBatchChannelsLast(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.softmax(enlarge(Composition.low(student)).permute(0, 2, 3, 1), 3)
                    .max(3, false));
        }
    }

    @Benchmark
    public void predictBatchContiguous(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.softmax(enlarge(student.to(ScalarType.Float).contiguous()), 1)
                    .max(1, false));
        }
    }

    @Benchmark
    public void predictBatchNarrow(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.softmax(enlarge(student.contiguous()), 1).max(1, false));
        }
    }

    @Benchmark
    public void predictImages(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            Tensor low = Composition.low(student);
            for (int b = 0; b < size.images; b++) {
                Tensor p = composition.softmax(low, b, 0);
                hole.consume(p.max(3, false));
            }
        }
    }

    /** The chosen one. */
    @Benchmark
    public void predictImagesInPlace(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            Tensor low = Composition.low(student);
            for (int b = 0; b < size.images; b++) {
                Tensor x = composition.enlarge(low, b);
                T_TensorTensor_T largest = x.max(3, true);
                hole.consume(x.sub_(largest.get0()).exp_().sum(3).reciprocal_());
            }
        }
    }

    @Benchmark
    public void lossBatchAutogradChannelsLast(Blackhole hole) {
        autograd(hole, Composition.low(student), true);
    }

    @Benchmark
    public void lossBatchAutogradContiguous(Blackhole hole) {
        autograd(hole, student.to(ScalarType.Float).contiguous(), false);
    }

    @Benchmark
    public void lossBatchAutogradNarrow(Blackhole hole) {
        autograd(hole, student.contiguous(), false);
    }

    @Benchmark
    public void lossBatch(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            Tensor p = torch.softmax(enlarge(Composition.low(student)).permute(0, 2, 3, 1), 3);
            hole.consume(p.gather(3, indices).log_().mean());
            p.scatter_add_(3, indices, minusOne).mul_(new Scalar(1.0 / size.pixels()));
            hole.consume(torch.upsample_bilinear2d_backward(
                    p.permute(0, 3, 1, 2),
                    new long[] {size.full, size.full},
                    new long[] {size.images, size.classes, size.low, size.low},
                    true,
                    new DoubleOptional(),
                    new DoubleOptional()));
        }
    }

    /** The chosen one. */
    @Benchmark
    public void lossImages(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            Tensor low = Composition.low(student);
            for (int b = 0; b < size.images; b++) {
                Tensor p = composition.softmax(low, b, 0);
                Tensor at = indices.narrow(0, b, 1);
                hole.consume(p.gather(3, at).log_().mean());
                composition.enlargeBackward(
                        p.scatter_add_(3, at, minusOne.narrow(0, b, 1)).mul_(new Scalar(1.0 / size.pixels())),
                        gradient,
                        b);
            }
        }
    }

    @Benchmark
    public void lossImagesInPlace(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            Tensor low = Composition.low(student);
            for (int b = 0; b < size.images; b++) {
                Tensor x = composition.enlarge(low, b);
                Tensor at = indices.narrow(0, b, 1);
                x.sub_(x.amax(new long[] {3}, true));
                Tensor truth = x.gather(3, at);
                Tensor sum = x.exp_().sum(3).unsqueeze(3);
                hole.consume(sum.log().sub_(truth).mean());
                composition.enlargeBackward(
                        x.scatter_add_(3, at, sum.neg()).div_(sum.mul_(new Scalar(size.pixels()))), gradient, b);
            }
        }
    }

    @Benchmark
    public void rankKthValue(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.kthvalue(ranked, 100_000));
        }
    }

    /** The chosen one. */
    @Benchmark
    public void rankTopK(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.topk(ranked, 100_000, -1, false, false).get0().max());
        }
    }

    @Benchmark
    public void rankSort(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(ranked.sort());
        }
    }

    private void autograd(Blackhole hole, Tensor logits, boolean channelsLast) {
        GradMode.set_enabled(true);
        try (PointerScope call = new PointerScope()) {
            Tensor x = logits.detach().requires_grad_(true);
            Tensor full = enlarge(x);
            Tensor loss = channelsLast
                    ? torch.cross_entropy_loss(
                            full.permute(0, 2, 3, 1).reshape(-1, size.classes),
                            indices.view(-1),
                            new TensorOptional(),
                            MEAN,
                            NOTHING_IGNORED,
                            0)
                    : torch.cross_entropy_loss(
                            full, indices.squeeze(3), new TensorOptional(), MEAN, NOTHING_IGNORED, 0);
            loss.backward();
            hole.consume(x.grad());
        } finally {
            GradMode.set_enabled(false);
        }
    }

    private Tensor enlarge(Tensor x) {
        return torch.upsample_bilinear2d(
                x, new long[] {size.full, size.full}, true, new DoubleOptional(), new DoubleOptional());
    }
}
