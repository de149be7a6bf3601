package dev.imas.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Layer normalisation of every token [B,T,width] by itself: biased variance, epsilon 1e-6, weight and bias. */
final class TokenNorm {
    static final double EPSILON = 1e-6;

    private final String prefix;
    private final long[] width;
    private final TensorOptional weight;
    private final TensorOptional bias;

    TokenNorm(StateBuilder state, String prefix, long width) {
        this.prefix = prefix;
        this.width = new long[] {width};
        state.parameter(prefix + ".weight", new Initializer.Constant(1), width);
        state.parameter(prefix + ".bias", new Initializer.Constant(0), width);
        weight = state.optional(prefix + ".weight");
        bias = state.optional(prefix + ".bias");
    }

    Tensor forward(Tensor x) {
        boolean cudnn = true;
        return torch.layer_norm(x, width, weight, bias, EPSILON, cudnn);
    }

    <V> V describe(Operations<V> operations, V x) {
        return operations.tokenNorm(x, prefix, EPSILON);
    }
}
