package dev.imas.benchmarks;

import dev.imas.device.Convolutions;
import dev.imas.device.Torch;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
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
 * The gradient of a 3x3 convolution's weights, channels_last: the kernel against libtorch's own, for 32 images of the
 * convolutions that DeepLabV3+ on ResNet-18 has for crops of 128x128.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class WeightGradientBenchmark {
    private static final int IMAGES = 32;
    private static final double TOLERANCE = 2e-5;
    /** Of the gradients of images, weights and bias. */
    private static final BoolPointer WEIGHTS_ALONE =
            new BoolPointer(3).put(0, false).put(1, true).put(2, false);

    /** Channels in and out, side of the images, stride, dilation. */
    @Param({"64,64,32,1,1", "64,128,32,2,1", "128,128,16,1,1", "256,256,8,1,1", "512,512,8,1,2", "304,256,32,1,1"})
    public String convolution;

    private final PointerScope scope = new PointerScope();
    private Tensor images;
    private Tensor gradient;
    private Tensor weights;
    private int stride;
    private int dilation;

    @Setup
    public void prepare() {
        Torch.load();
        int[] numbers = Arrays.stream(convolution.split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        stride = numbers[3];
        dilation = numbers[4];
        images = channelsLast(torch.randn(IMAGES, numbers[0], numbers[2], numbers[2]));
        weights = channelsLast(torch.randn(numbers[1], numbers[0], 3, 3));
        gradient = channelsLast(torch.randn(IMAGES, numbers[1], numbers[2] / stride, numbers[2] / stride));
        try (PointerScope compared = new PointerScope()) {
            Tensor expected = composed();
            double off = computed().sub(expected).abs().max().item_double()
                    / expected.abs().max().item_double();
            if (!(off < TOLERANCE)) {
                throw new IllegalStateException(convolution + ": kernel and libtorch differ by " + off
                        + " of the largest gradient, more than " + TOLERANCE);
            }
        }
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
            computed();
        }
    }

    private Tensor computed() {
        return Convolutions.weightsGradient(images, gradient, weights, stride, dilation, dilation);
    }

    @Benchmark
    public void composition() {
        try (PointerScope call = new PointerScope()) {
            composed();
        }
    }

    private Tensor composed() {
        return torch.convolution_backward(
                        gradient,
                        images,
                        weights,
                        new long[] {0},
                        new long[] {stride, stride},
                        new long[] {dilation, dilation},
                        new long[] {dilation, dilation},
                        false,
                        new long[] {0, 0},
                        1,
                        WEIGHTS_ALONE)
                .get1();
    }
}
