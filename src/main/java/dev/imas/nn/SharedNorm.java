package dev.imas.nn;

import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Batch normalisation over the images of all processes: the mean and variance of one batch that has all of them. Each
 * process adds its sums to the others', once in the forward and once in the backward pass.
 *
 * <p>libtorch's own pass is given the common values as if they were running ones, so that its gradient h = w*invstd*g
 * takes them for constants. What they contribute is taken off when that gradient comes by: with z the normalised input
 * and means over everybody's values, h - mean(h) - z*mean(h*z).
 */
final class SharedNorm {
    private static final long[] BUT_PLANES = {0, 2, 3};

    private final Ranks ranks;
    private final double momentum;
    private final double epsilon;
    private final Consumer<GradientHook> owner;
    private Backward backward;

    /** @param owner closes what it is given with the network */
    SharedNorm(Ranks ranks, double momentum, double epsilon, Consumer<GradientHook> owner) {
        this.ranks = ranks;
        this.owner = owner;
        this.momentum = momentum;
        this.epsilon = epsilon;
    }

    /**
     * What everybody's values are, a number a plane.
     *
     * @param mean     f32 [C]
     * @param variance f32 [C], biased
     * @param values   f64 [1], values a plane
     */
    private record Moments(Tensor mean, Tensor variance, Tensor values) {}

    /** The pass with gradient over x [B,C,H,W]; moves the running values. */
    Tensor forward(
            Tensor x,
            TensorOptional weight,
            TensorOptional bias,
            TensorOptional runningMean,
            TensorOptional runningVar) {
        Moments all = Torch.withoutGradient(() -> moments(x));
        Torch.withoutGradient(() -> move(all, runningMean.get(), runningVar.get()));
        Tensor seen = torch.alias(x);
        if (seen.requires_grad()) {
            watched(seen, x, all);
        }
        return torch.batch_norm(
                seen,
                weight,
                bias,
                new TensorOptional(all.mean),
                new TensorOptional(all.variance),
                false,
                momentum,
                epsilon,
                x.is_cuda());
    }

    /**
     * In float64, the own mean too: where values differ little from each other, a mean rounded to float32 would be as
     * far from the other processes' as they are.
     */
    private Moments moments(Tensor x) {
        long planes = x.size(1);
        double own = (double) x.numel() / planes;
        Tensor seen = x.to(ScalarType.Float);
        Tensor mean = sum(seen).div_(new Scalar(own));
        Tensor variance = torch.var(seen, BUT_PLANES, new ScalarOptional(new Scalar(0)), false);
        Tensor square = variance.to(ScalarType.Double).add_(mean.mul(mean));
        Tensor count = torch.ones(new long[] {1}, mean.options());
        Tensor sums = torch.cat(new TensorVector(mean, square, count), 0).mul_(new Scalar(own));
        ranks.sum(sums);
        Tensor values = sums.narrow(0, 2 * planes, 1);
        Tensor everybodys = sums.narrow(0, 0, planes).div(values);
        Tensor common = sums.narrow(0, planes, planes)
                .div(values)
                .sub_(everybodys.mul(everybodys))
                .clamp_min_(new Scalar(0.0));
        return new Moments(everybodys.to(ScalarType.Float), common.to(ScalarType.Float), values);
    }

    private static Tensor sum(Tensor t) {
        return t.sum(BUT_PLANES, false, new ScalarTypeOptional(ScalarType.Double));
    }

    private void move(Moments all, Tensor runningMean, Tensor runningVar) {
        Tensor unbiased = all.values.div(all.values.sub(new Scalar(1.0))).to(ScalarType.Float);
        runningMean.mul_(new Scalar(1 - momentum)).add_(all.mean, new Scalar(momentum));
        runningVar.mul_(new Scalar(1 - momentum)).add_(all.variance.mul(unbiased), new Scalar(momentum));
    }

    private void watched(Tensor seen, Tensor x, Moments all) {
        if (backward == null) {
            backward = new Backward();
            owner.accept(backward);
        }
        backward.expect(seen, x, all);
    }

    /** Completes the gradient of one pass. */
    private final class Backward extends GradientHook {
        private Tensor x;
        private Moments all;

        void expect(Tensor seen, Tensor input, Moments moments) {
            x = input.detach();
            all = moments;
            watch(seen, x, all.mean, all.variance, all.values);
        }

        @Override
        void arrived(Tensor gradient) {
            long planes = x.size(1);
            Tensor h = gradient.to(ScalarType.Float);
            Tensor centred = x.to(ScalarType.Float).sub(planewise(all.mean));
            Tensor sums = torch.cat(new TensorVector(sum(h), sum(h.mul(centred))), 0);
            ranks.sum(sums);
            sums.div_(all.values);
            Tensor mean = sums.narrow(0, 0, planes).to(ScalarType.Float);
            Tensor slope = sums.narrow(0, planes, planes)
                    .div(all.variance.to(ScalarType.Double).add_(new Scalar(epsilon)))
                    .to(ScalarType.Float);
            gradient.copy_(h.sub(planewise(mean)).sub_(centred.mul_(planewise(slope))));
        }

        private Tensor planewise(Tensor values) {
            return values.view(1, values.size(0), 1, 1);
        }
    }
}
