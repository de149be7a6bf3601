package dev.imas.nn;

import dev.imas.device.Torch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Convolution, batch normalisation and, if wanted, ReLU; only the result outlives the call. */
record ConvBlock(Layer convolution, Layer norm, boolean relu) implements Layer {
    @Override
    public Tensor forward(Tensor x, boolean train) {
        return Torch.scoped(() -> {
            Tensor y = norm.forward(convolution.forward(x, train), train);
            if (relu) {
                torch.relu_(y);
            }
            return y;
        });
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        V y = norm.describe(operations, convolution.describe(operations, x));
        return relu ? operations.relu(y) : y;
    }

    /** A decoder block: convolution {@code prefix.first}, norm {@code prefix.(first+1)}, ReLU. */
    static ConvBlock decoder(
            StateBuilder state, String prefix, int first, long in, long out, int kernel, int dilation, boolean bias) {
        Layer convolution = new Convolution(
                state, Convolution.Role.DECODER, prefix + "." + first, in, out, kernel, 1, dilation, bias);
        return new ConvBlock(convolution, new BatchNorm(state, prefix + "." + (first + 1), out, 1), true);
    }
}
