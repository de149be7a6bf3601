package dev.imas.benchmarks;

import dev.imas.device.Convolutions;
import dev.imas.device.Convolutions.Window;
import dev.imas.device.Torch;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A convolution and its gradients, channels_last: the kernels against libtorch's own, for 32 images of the 3x3
 * convolutions that DeepLabV3+ on ResNet-18 has for crops of 128x128. Prints how far both are from double precision.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ConvolutionBenchmark {
    private static final int IMAGES = 32;
    private static final int IMAGES_IN_DOUBLE = 8;
    private static final double TOLERANCE = 2e-5;

    /** What a convolution is computed for. */
    public enum Pass {
        RESULT,
        IMAGES,
        WEIGHTS
    }

    @Param({"RESULT", "IMAGES", "WEIGHTS"})
    public Pass pass;

    /** Channels in and out, side of the images, dilation; any other by {@code -p convolution=64x64x9x6}. */
    @Param({"64x64x32x1", "128x128x16x1", "256x256x8x1", "512x512x8x2", "304x256x32x1"})
    public String convolution;

    /** A side of the kernel. */
    @Param("3")
    public int taps;

    @Param("1")
    public int stride;

    private final PointerScope scope = new PointerScope();
    private Tensor images;
    private Tensor gradient;
    private Tensor weights;
    private Window window;

    @Setup
    public void prepare() {
        Torch.load();
        int[] numbers = Arrays.stream(convolution.split("x"))
                .mapToInt(Integer::parseInt)
                .toArray();
        window = new Window(stride, numbers[3] * (taps - 1) / 2, numbers[3]);
        images = channelsLast(torch.randn(IMAGES, numbers[0], numbers[2], numbers[2]));
        weights = channelsLast(torch.randn(numbers[1], numbers[0], taps, taps));
        Tensor result = convolved(images, weights);
        gradient = channelsLast(torch.randn_like(result));
        try (PointerScope compared = new PointerScope()) {
            Tensor expected = composed(images, gradient, weights);
            double off = largest(computed(images, gradient).sub(expected)) / largest(expected);
            if (!(off < TOLERANCE)) {
                throw new IllegalStateException(pass + " of " + convolution + ": kernel and libtorch differ by " + off
                        + " of the largest value, more than " + TOLERANCE);
            }
            printRounding();
        }
    }

    /** How far both are from double precision, for some of the images: it takes long. */
    private void printRounding() {
        Tensor some = images.narrow(0, 0, IMAGES_IN_DOUBLE);
        Tensor slopes = gradient.narrow(0, 0, IMAGES_IN_DOUBLE);
        Tensor exact = composed(inDouble(some), inDouble(slopes), inDouble(weights));
        System.out.printf(
                "%n# rounding, %s of %s, largest of the largest (all of all), 1e-6: libtorch %s, kernel %s%n",
                pass, convolution, off(composed(some, slopes, weights), exact), off(computed(some, slopes), exact));
    }

    private static String off(Tensor found, Tensor exact) {
        Tensor error = inDouble(found).sub(exact);
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f)",
                1e6 * largest(error) / largest(exact),
                1e6 * error.norm().item_double() / exact.norm().item_double());
    }

    private static Tensor inDouble(Tensor tensor) {
        return tensor.to(ScalarType.Double);
    }

    private static double largest(Tensor tensor) {
        return tensor.abs().max().item_double();
    }

    private static Tensor channelsLast(Tensor tensor) {
        return tensor.contiguous(MemoryFormat.ChannelsLast);
    }

    @TearDown
    public void close() {
        scope.close();
    }

    @Benchmark
    public void kernel() {
        try (PointerScope call = new PointerScope()) {
            computed(images, gradient);
        }
    }

    private Tensor computed(Tensor x, Tensor slopes) {
        return switch (pass) {
            case RESULT -> Convolutions.result(x, weights, null, window, false);
            case IMAGES -> Convolutions.imagesGradient(slopes, weights, window, x.size(2), x.size(3));
            case WEIGHTS -> Convolutions.weightsGradient(x, slopes, weights, window);
        };
    }

    @Benchmark
    public void composition() {
        try (PointerScope call = new PointerScope()) {
            composed(images, gradient, weights);
        }
    }

    private Tensor convolved(Tensor x, Tensor taps) {
        return torch.conv2d(
                x,
                taps,
                new TensorOptional(),
                both(window.stride()),
                both(window.padding()),
                both(window.dilation()),
                1);
    }

    private static long[] both(int axis) {
        return new long[] {axis, axis};
    }

    private Tensor composed(Tensor x, Tensor slopes, Tensor taps) {
        if (pass == Pass.RESULT) {
            return convolved(x, taps);
        }
        BoolPointer wanted = new BoolPointer(3)
                .put(0, pass == Pass.IMAGES)
                .put(1, pass == Pass.WEIGHTS)
                .put(2, false);
        var gradients = torch.convolution_backward(
                slopes,
                x,
                taps,
                new long[] {0},
                both(window.stride()),
                both(window.padding()),
                both(window.dilation()),
                false,
                new long[] {0, 0},
                1,
                wanted);
        return pass == Pass.IMAGES ? gradients.get0() : gradients.get1();
    }
}
