package dev.imas.device;

import dev.imas.kernels.Kernels;
import dev.imas.kernels.WeightGradient;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Gradients of convolutions' weights by the kernel, on libtorch's tensors: where libtorch's own are slow, which is so
 * for channels-last tensors on processors with AVX2 and no AVX-512 (benchmarks/results/weight-gradient.md).
 */
public final class ConvolutionWeights {
    /** The instruction set for which libtorch's way is the slower one. */
    private static final String SLOW_ON = "AVX2";

    /** Fewer channels on either side fill no registers. */
    private static final long LEAST_CHANNELS = 32;

    private ConvolutionWeights() {}

    /** Whether this processor is one on which the kernel is the faster one, for {@link #wide} convolutions. */
    public static boolean faster() {
        return Kernels.instructionSet().equals(SLOW_ON);
    }

    /** Whether a convolution of so many channels, in and out, and taps a side keeps the kernel's registers busy. */
    public static boolean wide(long in, long out, int taps) {
        return taps > 1 && Math.min(in, out) >= LEAST_CHANNELS;
    }

    /**
     * The gradient of the weights, laid out as they are; in the caller's PointerScope. Images and gradient are copied
     * where they are not channels_last.
     *
     * @param images   f32 [N,C,H,W]
     * @param gradient f32 [N,O,H',W'] of the convolution's result
     * @param weights  f32 [O,C,k,k]
     */
    public static Tensor gradient(
            Tensor images, Tensor gradient, Tensor weights, int stride, int padding, int dilation) {
        Tensor result = torch.empty_like(weights.detach());
        WeightGradient operation = new WeightGradient(
                TensorViews.of(images.contiguous(MemoryFormat.ChannelsLast)),
                TensorViews.of(gradient.contiguous(MemoryFormat.ChannelsLast)),
                stride,
                padding,
                dilation,
                TensorViews.of(result));
        long bytes = operation.workspaceBytes();
        Tensor workspace =
                torch.empty(new long[] {bytes}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
        operation.run(TensorViews.data(workspace), bytes);
        return result;
    }
}
