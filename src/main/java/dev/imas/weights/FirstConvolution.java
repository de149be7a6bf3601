package dev.imas.weights;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A first convolution that learned from RGB, made one for another number of channels: each channel gets the mean of
 * the three colours' weights, times 3/channels. A picture of equal channels is then seen as a grey one was. Which
 * channel comes first makes no difference, as there is no telling which one would be red.
 */
final class FirstConvolution {
    private static final int RGB = 3;

    private FirstConvolution() {}

    /** Whether these weights [planes,3,k,k] must, and can, become ones [planes,channels,k,k] as a network needs. */
    static boolean adapts(Tensor weights, Tensor target) {
        return weights.dim() == 4
                && target.dim() == 4
                && weights.size(1) == RGB
                && target.size(1) != RGB
                && weights.size(0) == target.size(0)
                && weights.size(2) == target.size(2)
                && weights.size(3) == target.size(3);
    }

    /** Weights [planes,channels,k,k] of weights [planes,3,k,k]. */
    static Tensor adapted(Tensor weights, long channels) {
        return weights.mean(new long[] {1}, true, new ScalarTypeOptional())
                .mul_(new Scalar((double) RGB / channels))
                .repeat(1, channels, 1, 1);
    }

    /** What was done, for the log. */
    static String note(String key, long channels) {
        return key + " of 3 colours became one of " + channels + (channels == 1 ? " channel" : " channels")
                + " (their mean, times 3/" + channels + ")";
    }
}
