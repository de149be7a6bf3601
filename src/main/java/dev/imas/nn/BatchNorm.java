package dev.imas.nn;

import dev.imas.common.UserException;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Batch normalisation over [B,C,H,W], one mean and variance a plane: epsilon 1e-5; in training the running values
 * move by 0.1 towards the batch's mean and unbiased variance; num_batches_tracked is counted by the network.
 */
final class BatchNorm implements Layer {
    private static final double EPSILON = 1e-5;
    private static final double MOMENTUM = 0.1;

    private final String prefix;
    private final TensorOptional weight;
    private final TensorOptional bias;
    private final TensorOptional runningMean;
    private final TensorOptional runningVar;
    private final Optional<SharedNorm> shared;
    private final int processes;

    /** @param scale first value of every weight: 1, or 0 to start a residual branch as the identity */
    BatchNorm(StateBuilder state, String prefix, long planes, float scale) {
        this.prefix = prefix;
        state.parameter(prefix + ".weight", new Initializer.Constant(scale), planes);
        state.parameter(prefix + ".bias", new Initializer.Constant(0), planes);
        state.buffer(prefix + ".running_mean", ScalarType.Float, 0, planes);
        state.buffer(prefix + ".running_var", ScalarType.Float, 1, planes);
        state.counter(prefix + ".num_batches_tracked");
        weight = state.optional(prefix + ".weight");
        bias = state.optional(prefix + ".bias");
        runningMean = state.optional(prefix + ".running_mean");
        runningVar = state.optional(prefix + ".running_var");
        processes = state.normalized().count();
        shared = state.normalized().alone()
                ? Optional.empty()
                : Optional.of(new SharedNorm(state.normalized(), MOMENTUM, EPSILON, state::keep));
    }

    @Override
    public Tensor forward(Tensor x, boolean train) {
        if (train && x.size(0) * x.size(2) * x.size(3) * processes < 2) {
            throw new UserException("training needs at least 2 images in a batch: " + prefix
                    + " sees one value a plane and has no variance; raise the batch size");
        }
        if (train && shared.isPresent()) {
            return shared.get().forward(x, weight, bias, runningMean, runningVar);
        }
        return torch.batch_norm(x, weight, bias, runningMean, runningVar, train, MOMENTUM, EPSILON, x.is_cuda());
    }

    /** By what a plane is multiplied with running statistics, f32 [planes]; and {@link #shift} is added. */
    Tensor scale() {
        return weight.get().div(runningVar.get().add(new Scalar(EPSILON)).sqrt_());
    }

    /** @param scale {@link #scale} */
    Tensor shift(Tensor scale) {
        return bias.get().sub(runningMean.get().mul(scale));
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        return operations.batchNorm(x, prefix, EPSILON);
    }
}
