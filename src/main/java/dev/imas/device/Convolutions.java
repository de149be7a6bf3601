package dev.imas.device;

import dev.imas.kernels.Convolution;
import dev.imas.kernels.Convolution.Flag;
import dev.imas.kernels.Kernels;
import dev.imas.kernels.PlainConvolution;
import dev.imas.kernels.WeightGradient;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import org.bytedeco.javacpp.Pointer;
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

    /** Fewer channels on either side fill no registers, where oneDNN would fill them. */
    private static final long LEAST_CHANNELS = 32;
    /** Without oneDNN: fewer planes, or products of a sum, fill none at all. */
    private static final long LEAST_PLANES = 8;

    private static final long LEAST_PRODUCTS = 16;

    /** How taps lie over images: alike on both axes; padding is of zeros on all sides. */
    public record Window(int stride, int padding, int dilation) {
        /** Of a single tap. */
        public static final Window POINT = new Window(1, 0, 1);

        private long made(long size, long taps) {
            return (size + 2L * padding - dilation * (taps - 1) - 1) / stride + 1;
        }

        /** Whether minimal filtering is for these weights: 3x3 taps that keep the size of images. */
        private boolean filterable(Tensor weights) {
            return weights.size(2) == 3 && weights.size(3) == 3 && stride == 1 && padding == dilation;
        }
    }

    private Convolutions() {}

    /** Whether this processor is one on which the kernels are the faster ones, for what {@link #suits} them. */
    public static boolean faster() {
        return FASTER_ON.contains(Kernels.instructionSet());
    }

    /**
     * Whether a convolution of so many channels, in and out, and taps a side keeps the kernels' registers busy enough
     * to be faster than libtorch's, which without oneDNN is a slow one.
     */
    public static boolean suits(long in, long out, int taps) {
        return Torch.usesOneDnn()
                ? taps > 1 && Math.min(in, out) >= LEAST_CHANNELS
                : out >= LEAST_PLANES && in * taps * taps >= LEAST_PRODUCTS;
    }

    /** Whether {@link #pays} may say so for images of some size. */
    public static boolean mayPay(Tensor weights, Window window) {
        return suits(weights.size(1), weights.size(0), (int) weights.size(2))
                && (!Torch.usesOneDnn() || window.filterable(weights));
    }

    /**
     * Whether {@link #result} is the faster way for these images and weights, in a network whose tensors are
     * channels_last: minimal filtering of a size that gains, or anything where oneDNN is switched off.
     */
    public static boolean pays(Tensor images, Tensor weights, Window window) {
        return weights.is_contiguous(MemoryFormat.ChannelsLast)
                && (Torch.usesOneDnn()
                        ? filters(images, weights, window)
                        : images.is_contiguous(MemoryFormat.ChannelsLast));
    }

    private static boolean filters(Tensor images, Tensor weights, Window window) {
        return window.filterable(weights)
                && new Convolution(
                                TensorViews.of(images), TensorViews.of(weights), null, window.dilation, Set.of(), null)
                        .pays();
    }

    /**
     * What a convolution makes of images.
     *
     * @param images  f32 [N,C,H,W]
     * @param weights f32 [O,C,k,k]
     * @param bias    f32 [O], or null
     * @param relu    whether ReLU follows
     */
    public static Tensor result(Tensor images, Tensor weights, Tensor bias, Window window, boolean relu) {
        Tensor result = empty(
                images.size(0),
                weights.size(0),
                window.made(images.size(2), weights.size(2)),
                window.made(images.size(3), weights.size(3)));
        convolve(images, weights, bias, window, relu ? Set.of(Flag.RELU) : Set.of(), result);
        return result;
    }

    /** Adds {@link #result} to a sum f32 [N,O,H',W'] in its place; ReLU follows. */
    public static void addTo(Tensor sum, Tensor images, Tensor weights, Tensor bias, Window window) {
        convolve(images, weights, bias, window, Set.of(Flag.ADD, Flag.RELU), sum);
    }

    /**
     * The gradient of the images of {@link #result} without ReLU.
     *
     * @param gradient f32 [N,O,H',W'], of the result
     * @param weights  f32 [O,C,k,k]
     * @param height   of the images
     * @param width    of the images
     */
    public static Tensor imagesGradient(Tensor gradient, Tensor weights, Window window, long height, long width) {
        Tensor result = empty(gradient.size(0), weights.size(1), height, width);
        convolve(gradient, weights, null, window, Set.of(Flag.TRANSPOSED), result);
        return result;
    }

    private static Tensor empty(long... shape) {
        return torch.empty(
                shape, new TensorOptions(ScalarType.Float), new MemoryFormatOptional(MemoryFormat.ChannelsLast));
    }

    private static void convolve(
            Tensor images, Tensor weights, Tensor bias, Window window, Set<Flag> flags, Tensor result) {
        try (PointerScope scope = new PointerScope()) {
            Tensor placed = images.contiguous(MemoryFormat.ChannelsLast);
            Tensor shift = bias == null ? null : bias.view(1, -1, 1, 1);
            if (filters(placed, transposedIf(flags, weights), window)) {
                filter(placed, weights, shift, window.dilation, flags, result);
            } else {
                multiply(placed, weights, shift, window, flags, result);
            }
        }
    }

    /** Weights with the channels of the images on the axis where {@link #filters} looks for them. */
    private static Tensor transposedIf(Set<Flag> flags, Tensor weights) {
        return flags.contains(Flag.TRANSPOSED) ? weights.transpose(0, 1) : weights;
    }

    private static void filter(
            Tensor images, Tensor weights, Tensor bias, int dilation, Set<Flag> flags, Tensor result) {
        Convolution operation = new Convolution(
                TensorViews.of(images),
                TensorViews.of(weights),
                bias == null ? null : TensorViews.of(bias),
                dilation,
                flags,
                TensorViews.of(result));
        run(operation.workspaceBytes(), operation::run);
    }

    private static void multiply(
            Tensor images, Tensor weights, Tensor bias, Window window, Set<Flag> flags, Tensor result) {
        PlainConvolution operation = new PlainConvolution(
                TensorViews.of(images),
                TensorViews.of(weights),
                bias == null ? null : TensorViews.of(bias),
                window.stride,
                window.padding,
                window.dilation,
                flags,
                TensorViews.of(result));
        run(operation.workspaceBytes(), operation::run);
    }

    /**
     * The gradient of the weights, laid out as they are.
     *
     * @param images   f32 [N,C,H,W]
     * @param gradient f32 [N,O,H',W'] of the convolution's result
     * @param weights  f32 [O,C,k,k]
     */
    public static Tensor weightsGradient(Tensor images, Tensor gradient, Tensor weights, Window window) {
        Tensor result = torch.empty_like(weights.detach());
        try (PointerScope scope = new PointerScope()) {
            WeightGradient operation = new WeightGradient(
                    TensorViews.of(images.contiguous(MemoryFormat.ChannelsLast)),
                    TensorViews.of(gradient.contiguous(MemoryFormat.ChannelsLast)),
                    window.stride,
                    window.padding,
                    window.dilation,
                    TensorViews.of(result));
            run(operation.workspaceBytes(), operation::run);
        }
        return result;
    }

    /** Runs an operation with a workspace of so many bytes, which is the caller's scope's. */
    private static void run(long bytes, ObjLongConsumer<Pointer> operation) {
        Tensor workspace =
                torch.empty(new long[] {bytes}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
        operation.accept(TensorViews.data(workspace), bytes);
    }
}
