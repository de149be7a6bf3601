package dev.imas.benchmarks;

import dev.imas.device.Convolutions;
import dev.imas.device.Torch;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
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
 * A 3x3 convolution and its gradients, channels_last: the kernels against libtorch's own, for 32 images of the
 * convolutions that DeepLabV3+ on ResNet-18 has for crops of 128x128.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ConvolutionBenchmark {
    private static final int IMAGES = 32;
    private static final double TOLERANCE = 2e-5;

    /** What a convolution is computed for. */
    public enum Pass {
        RESULT,
        IMAGES,
        WEIGHTS
    }

    @Param({"RESULT", "IMAGES", "WEIGHTS"})
    public Pass pass;

    /** Channels in and out, side of the images, dilation. */
    @Param({"64,64,32,1", "128,128,16,1", "256,256,8,1", "512,512,8,2", "304,256,32,1"})
    public String convolution;

    private final PointerScope scope = new PointerScope();
    private Tensor images;
    private Tensor gradient;
    private Tensor weights;
    private int dilation;

    @Setup
    public void prepare() {
        Torch.load();
        int[] numbers = Arrays.stream(convolution.split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        dilation = numbers[3];
        images = channelsLast(torch.randn(IMAGES, numbers[0], numbers[2], numbers[2]));
        weights = channelsLast(torch.randn(numbers[1], numbers[0], 3, 3));
        gradient = channelsLast(torch.randn(IMAGES, numbers[1], numbers[2], numbers[2]));
        try (PointerScope compared = new PointerScope()) {
            Tensor expected = composed();
            double off = computed().sub(expected).abs().max().item_double()
                    / expected.abs().max().item_double();
            if (!(off < TOLERANCE)) {
                throw new IllegalStateException(pass + " of " + convolution + ": kernel and libtorch differ by " + off
                        + " of the largest value, more than " + TOLERANCE);
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
        return switch (pass) {
            case RESULT -> Convolutions.result(images, weights, null, dilation, false);
            case IMAGES -> Convolutions.imagesGradient(gradient, weights, dilation);
            case WEIGHTS -> Convolutions.weightsGradient(images, gradient, weights, 1, dilation, dilation);
        };
    }

    @Benchmark
    public void composition() {
        try (PointerScope call = new PointerScope()) {
            composed();
        }
    }

    private Tensor composed() {
        long[] ones = {1, 1};
        long[] distance = {dilation, dilation};
        if (pass == Pass.RESULT) {
            return torch.conv2d(images, weights, new TensorOptional(), ones, distance, distance, 1);
        }
        BoolPointer wanted = new BoolPointer(3)
                .put(0, pass == Pass.IMAGES)
                .put(1, pass == Pass.WEIGHTS)
                .put(2, false);
        var gradients = torch.convolution_backward(
                gradient,
                images,
                weights,
                new long[] {0},
                ones,
                distance,
                distance,
                false,
                new long[] {0, 0},
                1,
                wanted);
        return pass == Pass.IMAGES ? gradients.get0() : gradients.get1();
    }
}
