package dev.imas.nn;

import dev.imas.device.Convolutions;
import dev.imas.device.Convolutions.Window;
import dev.imas.device.Torch;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** y = x Wᵀ + b over the last dimension of tokens [B,T,in]. */
final class Linear {
    /** Of first weights, as DINOv2 has them (cut at 100 deviations, which is not at all). */
    static final double DEVIATION = 0.02;

    private final String prefix;
    private final Tensor weight;
    private final Tensor bias;
    private final TensorOptional given;
    private final StateBuilder state;
    private KernelConvolution kernel;

    /** @param prefix state-dict key up to, and without, {@code .weight} */
    Linear(StateBuilder state, String prefix, long in, long out) {
        this.prefix = prefix;
        this.state = state;
        weight = state.parameter(prefix + ".weight", new Initializer.Normal(DEVIATION), out, in);
        bias = state.parameter(prefix + ".bias", new Initializer.Constant(0), out);
        given = state.optional(prefix + ".bias");
    }

    Tensor forward(Tensor x) {
        if (!state.usesKernels()) {
            return torch.linear(x, weight, given);
        }
        if (!Torch.recordsGradients() || !x.requires_grad() && !weight.requires_grad()) {
            Tensor taps = weight.detach().view(weight.size(0), weight.size(1), 1, 1);
            return overPlaces(x, images -> Convolutions.result(images, taps, bias.detach(), Window.POINT, false));
        }
        return x.requires_grad() && weight.requires_grad()
                ? overPlaces(x, kernel()::forward)
                : torch.linear(x, weight, given);
    }

    /** Tokens [B,T,C] as images [B,C,1,T], and back. */
    private static Tensor overPlaces(Tensor x, UnaryOperator<Tensor> layer) {
        Tensor made = layer.apply(x.unsqueeze(1).permute(0, 3, 1, 2));
        return made.permute(0, 2, 3, 1).view(x.size(0), x.size(1), made.size(1));
    }

    private KernelConvolution kernel() {
        if (kernel == null) {
            kernel = new KernelConvolution(state, weight, bias, Window.POINT);
            state.keep(kernel);
        }
        return kernel;
    }

    <V> V describe(Operations<V> operations, V x) {
        return operations.linear(x, prefix);
    }
}
