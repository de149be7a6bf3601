package dev.imas.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** y = x Wᵀ + b over the last dimension of tokens [B,T,in]. */
final class Linear {
    /** Of first weights, as DINOv2 has them (cut at 100 deviations, which is not at all). */
    static final double DEVIATION = 0.02;

    private final String prefix;
    private final Tensor weight;
    private final TensorOptional bias;

    /** @param prefix state-dict key up to, and without, {@code .weight} */
    Linear(StateBuilder state, String prefix, long in, long out) {
        this.prefix = prefix;
        weight = state.parameter(prefix + ".weight", new Initializer.Normal(DEVIATION), out, in);
        state.parameter(prefix + ".bias", new Initializer.Constant(0), out);
        bias = state.optional(prefix + ".bias");
    }

    Tensor forward(Tensor x) {
        return torch.linear(x, weight, bias);
    }

    <V> V describe(Operations<V> operations, V x) {
        return operations.linear(x, prefix);
    }
}
