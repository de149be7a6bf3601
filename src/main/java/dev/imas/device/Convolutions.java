package dev.imas.device;

import dev.imas.kernels.Convolution;
import dev.imas.kernels.Convolution.Flag;
import dev.imas.kernels.Kernels;
import dev.imas.kernels.WeightGradient;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Convolutions and their gradients by the kernels, on libtorch's tensors: for channels-last tensors on processors with
 * AVX2 or AVX-512, where libtorch's own are slower (benchmarks/results/convolution.md). Tensors that are not
 * channels_last are copied; what is returned is, and lies in the caller's PointerScope.
 */
public final class Convolutions {
    /** The instruction sets for which libtorch's way is the slower one. */
    private static final Set<String> FASTER_ON = Set.of("AVX2", "AVX-512");

    /** Fewer channels on either side fill no registers. */
    private static final long LEAST_CHANNELS = 32;

    private Convolutions() {}

    /** Whether this processor is one on which the kernels are the faster ones, for {@link #wide} convolutions. */
    public static boolean faster() {
        return FASTER_ON.contains(Kernels.instructionSet());
    }

    /** Whether a convolution of so many channels, in and out, and taps a side keeps the kernels' registers busy. */
    public static boolean wide(long in, long out, int taps) {
        return taps > 1 && Math.min(in, out) >= LEAST_CHANNELS;
    }

    /**
     * Whether {@link #result} is the faster way for these images and weights, of 3x3 taps, stride 1 and as much padding
     * as dilation: of a size that gains, in a network whose weights are channels_last.
     */
    public static boolean pays(Tensor images, Tensor weights, int dilation) {
        return weights.is_contiguous(MemoryFormat.ChannelsLast)
                && new Convolution(TensorViews.of(images), TensorViews.of(weights), null, dilation, Set.of(), null)
                        .pays();
    }

    /**
     * What a convolution of stride 1 and as much padding as dilation makes of images.
     *
     * @param images  f32 [N,C,H,W]
     * @param weights f32 [O,C,3,3]
     * @param bias    f32 [O], or null
     * @param relu    whether ReLU follows
     */
    public static Tensor result(Tensor images, Tensor weights, Tensor bias, int dilation, boolean relu) {
        Tensor result = empty(images, weights.size(0));
        convolve(images, weights, bias, dilation, relu ? Set.of(Flag.RELU) : Set.of(), result);
        return result;
    }

    /** Adds {@link #result} to a sum f32 [N,O,H,W] in its place; ReLU follows. */
    public static void addTo(Tensor sum, Tensor images, Tensor weights, Tensor bias, int dilation) {
        convolve(images, weights, bias, dilation, Set.of(Flag.ADD, Flag.RELU), sum);
    }

    /**
     * The gradient of the images of {@link #result} without ReLU.
     *
     * @param gradient f32 [N,O,H,W], of the result
     * @param weights  f32 [O,C,3,3]
     */
    public static Tensor imagesGradient(Tensor gradient, Tensor weights, int dilation) {
        Tensor result = empty(gradient, weights.size(1));
        convolve(gradient, weights, null, dilation, Set.of(Flag.TRANSPOSED), result);
        return result;
    }

    private static Tensor empty(Tensor images, long planes) {
        return torch.empty(
                new long[] {images.size(0), planes, images.size(2), images.size(3)},
                new TensorOptions(ScalarType.Float),
                new MemoryFormatOptional(MemoryFormat.ChannelsLast));
    }

    private static void convolve(
            Tensor images, Tensor weights, Tensor bias, int dilation, Set<Flag> flags, Tensor result) {
        try (PointerScope scope = new PointerScope()) {
            Convolution operation = new Convolution(
                    TensorViews.of(images.contiguous(MemoryFormat.ChannelsLast)),
                    TensorViews.of(weights),
                    bias == null ? null : TensorViews.of(bias.view(1, -1, 1, 1)),
                    dilation,
                    flags,
                    TensorViews.of(result));
            long bytes = operation.workspaceBytes();
            operation.run(TensorViews.data(workspace(bytes)), bytes);
        }
    }

    /**
     * The gradient of the weights of any convolution, laid out as they are.
     *
     * @param images   f32 [N,C,H,W]
     * @param gradient f32 [N,O,H',W'] of the convolution's result
     * @param weights  f32 [O,C,k,k]
     */
    public static Tensor weightsGradient(
            Tensor images, Tensor gradient, Tensor weights, int stride, int padding, int dilation) {
        Tensor result = torch.empty_like(weights.detach());
        try (PointerScope scope = new PointerScope()) {
            WeightGradient operation = new WeightGradient(
                    TensorViews.of(images.contiguous(MemoryFormat.ChannelsLast)),
                    TensorViews.of(gradient.contiguous(MemoryFormat.ChannelsLast)),
                    stride,
                    padding,
                    dilation,
                    TensorViews.of(result));
            long bytes = operation.workspaceBytes();
            operation.run(TensorViews.data(workspace(bytes)), bytes);
        }
        return result;
    }

    private static Tensor workspace(long bytes) {
        return torch.empty(new long[] {bytes}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
    }
}
