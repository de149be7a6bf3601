package dev.imas.nn;

import dev.imas.device.Convolutions;
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
    private final TensorOptional bias;
    private final long[] stride;
    private final long[] padding;
    private final long[] dilation;
    private final boolean wide;
    /** Of the kind that minimal filtering is for. */
    private final boolean plain;

    private final StateBuilder state;
    private WeightHook hook;
    private FilteredConvolution filtered;

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
            state.parameter(prefix + ".bias", Initializer.decoder(in, kernel), out);
            this.bias = state.optional(prefix + ".bias");
        } else {
            this.bias = null;
        }
        this.stride = new long[] {stride, stride};
        this.dilation = new long[] {dilation, dilation};
        long pad = (long) dilation * (kernel - 1) / 2;
        this.padding = new long[] {pad, pad};
        plain = kernel == 3 && stride == 1;
        wide = Convolutions.wide(in, out, kernel);
        this.state = state;
    }

    @Override
    public Tensor forward(Tensor x, boolean train) {
        if (!wide || !state.usesKernels()) {
            return composed(x, weight);
        }
        boolean recorded = Torch.recordsGradients() && (x.requires_grad() || weight.requires_grad());
        boolean filters = plain && Convolutions.pays(x, weight, (int) dilation[0]);
        if (filters && !recorded) {
            return Convolutions.result(x, weight, bias == null ? null : bias.get(), (int) dilation[0], false);
        }
        if (!train || !recorded || !x.requires_grad() || !weight.requires_grad()) {
            return composed(x, weight);
        }
        if (!filters) {
            return withOwnGradient(x);
        }
        Tensor y = filtered().forward(x);
        return bias == null ? y : y.add(bias.get().view(1, -1, 1, 1));
    }

    /** As libtorch computes it. */
    private Tensor composed(Tensor x, Tensor weights) {
        return torch.conv2d(x, weights, bias == null ? new TensorOptional() : bias, stride, padding, dilation, 1);
    }

    private FilteredConvolution filtered() {
        if (filtered == null) {
            filtered = new FilteredConvolution(weight, (int) dilation[0], state::arriving, state.replacedGradient());
            state.keep(filtered);
        }
        return filtered;
    }

    private Tensor withOwnGradient(Tensor x) {
        if (hook == null) {
            hook = new WeightHook(weight, (int) stride[0], (int) padding[0], (int) dilation[0], state::arriving);
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
                bias == null ? shift : shift.add(bias.get().mul(scale)),
                stride,
                padding,
                dilation,
                relu,
                wide && plain && state.usesKernels());
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        return operations.convolution(
                x,
                prefix + ".weight",
                bias == null ? Optional.empty() : Optional.of(prefix + ".bias"),
                (int) stride[0],
                (int) padding[0],
                (int) dilation[0]);
    }
}
