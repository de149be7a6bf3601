package dev.imas.nn;

import dev.imas.device.Convolutions;
import dev.imas.device.Convolutions.Window;
import dev.imas.device.Torch;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A square convolution whose padding keeps the size at stride 1. */
final class Convolution implements Layer {
    /** Which rule draws the first weights. */
    enum Role {
        ENCODER,
        DECODER
    }

    private final String prefix;
    private final Tensor weight;
    /** Null without one, as libtorch takes it, too. */
    private final Tensor bias;

    private final TensorOptional given;
    private final Window window;
    private final int taps;
    private final StateBuilder state;
    private WeightHook hook;
    private KernelConvolution kernel;

    /**
     * @param prefix   state-dict key up to, and without, {@code .weight}
     * @param in       input planes
     * @param out      output planes
     * @param kernel   odd side of the kernel
     * @param dilation distance of the kernel's taps
     * @param bias     whether there is one
     */
    Convolution(
            StateBuilder state,
            Role role,
            String prefix,
            long in,
            long out,
            int kernel,
            int stride,
            int dilation,
            boolean bias) {
        this.prefix = prefix;
        Initializer initializer =
                role == Role.ENCODER ? Initializer.encoderWeight(out, kernel) : Initializer.decoder(in, kernel);
        weight = state.parameter(prefix + ".weight", initializer, out, in, kernel, kernel);
        if (bias) {
            this.bias = state.parameter(prefix + ".bias", Initializer.decoder(in, kernel), out);
            given = state.optional(prefix + ".bias");
        } else {
            this.bias = null;
            given = null;
        }
        this.window = new Window(stride, dilation * (kernel - 1) / 2, dilation);
        this.taps = kernel;
        this.state = state;
    }

    @Override
    public Tensor forward(Tensor x, boolean train) {
        if (!state.usesKernels() || !Convolutions.suits(weight.size(1), weight.size(0), taps)) {
            return composed(x, weight);
        }
        boolean recorded = Torch.recordsGradients() && (x.requires_grad() || weight.requires_grad());
        boolean pays = Convolutions.pays(x, weight, window);
        if (pays && !recorded) {
            return Convolutions.result(x, weight, bias, window, false);
        }
        if (!train || !recorded || !x.requires_grad() || !weight.requires_grad()) {
            return composed(x, weight);
        }
        return pays ? kernel().forward(x) : withOwnGradient(x);
    }

    /** As libtorch computes it. */
    private Tensor composed(Tensor x, Tensor weights) {
        return torch.conv2d(
                x,
                weights,
                given == null ? new TensorOptional() : given,
                both(window.stride()),
                both(window.padding()),
                both(window.dilation()),
                1);
    }

    private static long[] both(int axis) {
        return new long[] {axis, axis};
    }

    private KernelConvolution kernel() {
        if (kernel == null) {
            kernel = new KernelConvolution(state, weight, bias, window);
            state.keep(kernel);
        }
        return kernel;
    }

    private Tensor withOwnGradient(Tensor x) {
        if (hook == null) {
            hook = new WeightHook(weight, window, state::arriving);
            state.keep(hook);
        }
        Tensor y = composed(x, weight.detach());
        hook.expect(x, y);
        return y;
    }

    /** This convolution by its weights of this moment, with a norm behind it, and ReLU if wanted. */
    FusedConvolution fused(BatchNorm norm, boolean relu) {
        Tensor scale = norm.scale();
        Tensor shift = norm.shift(scale);
        return new FusedConvolution(
                weight.mul(scale.view(-1, 1, 1, 1)),
                bias == null ? shift : shift.add(bias.mul(scale)),
                window,
                relu,
                state.usesKernels());
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        return operations.convolution(
                x,
                prefix + ".weight",
                bias == null ? Optional.empty() : Optional.of(prefix + ".bias"),
                window.stride(),
                window.padding(),
                window.dilation());
    }
}
