package dev.imas.nn;

import static dev.imas.nn.TransformerShape.PATCH;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A picture's patches of 14x14 pixels as tokens, row by row: one convolution whose stride is its kernel. */
final class PatchEmbedding {
    private final Tensor weight;
    private final TensorOptional bias;

    PatchEmbedding(StateBuilder state, String prefix, long channels, long width) {
        Initializer initializer = Initializer.decoder(channels, PATCH);
        weight = state.parameter(prefix + ".weight", initializer, width, channels, PATCH, PATCH);
        state.parameter(prefix + ".bias", initializer, width);
        bias = state.optional(prefix + ".bias");
    }

    /**
     * @param images [B,channels,14h,14w]
     * @return [B,h*w,width]
     */
    Tensor forward(Tensor images) {
        long[] stride = {PATCH, PATCH};
        Tensor map = torch.conv2d(images, weight, bias, stride, new long[] {0, 0}, new long[] {1, 1}, 1);
        return map.flatten(2, 3).transpose(1, 2);
    }
}
