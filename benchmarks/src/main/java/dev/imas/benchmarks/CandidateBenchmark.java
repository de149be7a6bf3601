package dev.imas.benchmarks;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Ways to compose the same thing from libtorch's operations, from which the compositions of the other benchmarks were
 * chosen. The names say which; {@code narrow} stays in bf16 where the others convert the low-resolution logits to
 * float32 first, and its results are off by the rounding of bf16 (run it with {@code -p type=BF16}). Not part of the
 * comparison, which uses the winners.
 */
public class CandidateBenchmark extends LogitsBenchmark {
    private static final long IGNORED = 255;
    private static final long MEAN = 1;

    /** [B,H,W] int64 */
    private Tensor labels;
    /** [B*H*W] */
    private Tensor probabilities;

    @Override
    void prepare() {
        labels = Composition.enlarge(teacher, size.full).argmax(new LongOptional(3), false);
        probabilities = torch.rand(size.pixels());
    }

    @Override
    long workspaceBytes() {
        return 0;
    }

    @Benchmark
    public void predictChannelsLast(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.softmax(Composition.enlarge(student, size.full), 3).max(3, false));
        }
    }

    @Benchmark
    public void predictContiguous(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.softmax(enlarge(student.to(ScalarType.Float).contiguous()), 1).max(1, false));
        }
    }

    @Benchmark
    public void predictNarrow(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.softmax(enlarge(student.contiguous()), 1).max(1, false));
        }
    }

    /** The largest probability from the largest logit, without the others. */
    @Benchmark
    public void predictLogSumExp(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            Tensor x = Composition.enlarge(student, size.full);
            hole.consume(x.max(3, false).get0().sub(torch.logsumexp(x, new long[] {3}, false)).exp());
        }
    }

    @Benchmark
    public void lossClosedFormChannelsLast(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            Tensor p = torch.softmax(Composition.enlarge(student, size.full), 3);
            Tensor at = labels.unsqueeze(3);
            hole.consume(p.gather(3, at).log_().mean());
            hole.consume(Composition.enlargeBackward(p.scatter_add_(3, at, minusOne(at)).mul_(new Scalar(1.0 / size.pixels())), size));
        }
    }

    @Benchmark
    public void lossClosedFormContiguous(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            Tensor p = torch.softmax(enlarge(student.to(ScalarType.Float).contiguous()), 1);
            Tensor at = labels.unsqueeze(1);
            hole.consume(p.gather(1, at).log_().mean());
            p.scatter_add_(1, at, minusOne(at)).mul_(new Scalar(1.0 / size.pixels()));
            hole.consume(Composition.enlargeBackward(p.permute(0, 2, 3, 1), size));
        }
    }

    @Benchmark
    public void lossAutogradChannelsLast(Blackhole hole) {
        autograd(hole, student.to(ScalarType.Float).contiguous(MemoryFormat.ChannelsLast), true);
    }

    @Benchmark
    public void lossAutogradContiguous(Blackhole hole) {
        autograd(hole, student.to(ScalarType.Float).contiguous(), false);
    }

    @Benchmark
    public void lossAutogradNarrow(Blackhole hole) {
        autograd(hole, student.contiguous(), false);
    }

    @Benchmark
    public void rankKthValue(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.kthvalue(probabilities, 100_000));
        }
    }

    @Benchmark
    public void rankTopK(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(torch.topk(probabilities, 100_000, -1, false, false));
        }
    }

    @Benchmark
    public void rankSort(Blackhole hole) {
        try (PointerScope call = new PointerScope()) {
            hole.consume(probabilities.sort());
        }
    }

    private void autograd(Blackhole hole, Tensor logits, boolean channelsLast) {
        GradMode.set_enabled(true);
        try (PointerScope call = new PointerScope()) {
            Tensor x = logits.detach().requires_grad_(true);
            Tensor full = enlarge(x);
            Tensor loss = channelsLast
                    ? torch.cross_entropy_loss(full.permute(0, 2, 3, 1).reshape(-1, size.classes), labels.view(-1), new TensorOptional(), MEAN, IGNORED, 0)
                    : torch.cross_entropy_loss(full, labels, new TensorOptional(), MEAN, IGNORED, 0);
            loss.backward();
            hole.consume(x.grad());
        } finally {
            GradMode.set_enabled(false);
        }
    }

    private Tensor enlarge(Tensor x) {
        return torch.upsample_bilinear2d(x, new long[] {size.full, size.full}, true, new DoubleOptional(), new DoubleOptional());
    }

    private static Tensor minusOne(Tensor like) {
        return torch.ones(new long[] {like.size(0), like.size(1), like.size(2), like.size(3)}).neg();
    }
}
