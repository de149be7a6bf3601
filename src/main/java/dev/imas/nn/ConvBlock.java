package dev.imas.nn;

import dev.imas.device.Torch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Convolution, batch normalisation and, if wanted, ReLU; only the result outlives the call. */
final class ConvBlock implements Layer {
    private final Convolution convolution;
    private final BatchNorm norm;
    private final boolean relu;
    /** All three as one, once frozen. */
    private FusedConvolution fused;

    ConvBlock(Convolution convolution, BatchNorm norm, boolean relu) {
        this.convolution = convolution;
        this.norm = norm;
        this.relu = relu;
    }

    @Override
    public Tensor forward(Tensor x, boolean train) {
        return fused != null
                ? fused.forward(x)
                : Torch.scoped(() -> {
                    Tensor y = norm.forward(convolution.forward(x, train), train);
                    if (relu) {
                        torch.relu_(y);
                    }
                    return y;
                });
    }

    /** Adds what it makes of x to a sum, in its place, and makes ReLU of that; once frozen. */
    void addTo(Tensor sum, Tensor x) {
        fused.addTo(sum, x);
    }

    @Override
    public void freeze(StateBuilder owner) {
        fused = owner.keep(convolution.fused(norm, relu));
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        V y = norm.describe(operations, convolution.describe(operations, x));
        return relu ? operations.relu(y) : y;
    }

    /** A decoder block: convolution {@code prefix.first}, norm {@code prefix.(first+1)}, ReLU. */
    static ConvBlock decoder(
            StateBuilder state, String prefix, int first, long in, long out, int kernel, int dilation, boolean bias) {
        Convolution convolution = new Convolution(
                state, Convolution.Role.DECODER, prefix + "." + first, in, out, kernel, 1, dilation, bias);
        return new ConvBlock(convolution, new BatchNorm(state, prefix + "." + (first + 1), out, 1), true);
    }
}
