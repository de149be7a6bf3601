package dev.imas.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** An enlargement by a whole factor that is learned: every pixel becomes a square of its own. */
final class TransposedConvolution {
    private final String prefix;
    private final Tensor weight;
    private final TensorOptional bias;
    private final long[] factor;

    /** @param prefix state-dict key up to, and without, {@code .weight} */
    TransposedConvolution(StateBuilder state, String prefix, long planes, int factor) {
        this.prefix = prefix;
        Initializer initializer = Initializer.decoder(planes, factor);
        weight = state.parameter(prefix + ".weight", initializer, planes, planes, factor, factor);
        state.parameter(prefix + ".bias", initializer, planes);
        bias = state.optional(prefix + ".bias");
        this.factor = new long[] {factor, factor};
    }

    Tensor forward(Tensor x) {
        long[] none = {0, 0};
        return torch.conv_transpose2d(x, weight, bias, factor, none, none, 1, 1, 1);
    }

    <V> V describe(Operations<V> operations, V x) {
        return operations.transposedConvolution(x, prefix + ".weight", prefix + ".bias", (int) factor[0]);
    }
}
