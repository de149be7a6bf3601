package dev.imas.benchmarks;

import dev.imas.device.Convolutions;
import dev.imas.device.Convolutions.Window;
import dev.imas.device.Torch;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
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
 * A transformer's linear layer and its gradients: the kernels, which take its tokens for the places of an image,
 * against libtorch's products of matrices, which are OpenBLAS's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class LinearBenchmark {
    private static final double TOLERANCE = 1e-5;

    @Param({"RESULT", "IMAGES", "WEIGHTS"})
    public ConvolutionBenchmark.Pass pass;

    /** Tokens, channels in and out: DINOv2-S' for four crops of 98x98, and for two of 518x518. */
    @Param({"200x384x1152", "200x384x1536", "200x1536x384", "2740x384x1536"})
    public String layer;

    private final PointerScope scope = new PointerScope();
    private Tensor tokens;
    private Tensor gradient;
    private Tensor weights;
    private Tensor bias;

    @Setup
    public void prepare() {
        Torch.load();
        int[] numbers =
                Arrays.stream(layer.split("x")).mapToInt(Integer::parseInt).toArray();
        tokens = torch.randn(numbers[0], numbers[1]);
        weights = torch.randn(numbers[2], numbers[1]);
        bias = torch.randn(numbers[2]);
        gradient = torch.randn(numbers[0], numbers[2]);
        try (PointerScope compared = new PointerScope()) {
            Tensor expected = composed();
            Tensor found = pass == ConvolutionBenchmark.Pass.WEIGHTS
                    ? computed().view_as(expected)
                    : computed().permute(0, 2, 3, 1).view(expected.shape());
            double off = found.sub(expected).abs().max().item_double()
                    / expected.abs().max().item_double();
            if (!(off < TOLERANCE)) {
                throw new IllegalStateException(pass + " of " + layer + ": kernel and libtorch differ by " + off
                        + " of the largest value, more than " + TOLERANCE);
            }
        }
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
        Tensor taps = weights.view(weights.size(0), weights.size(1), 1, 1);
        return switch (pass) {
            case RESULT -> Convolutions.result(places(tokens), taps, bias, Window.POINT, false);
            case IMAGES -> Convolutions.imagesGradient(places(gradient), taps, Window.POINT, 1, tokens.size(0));
            case WEIGHTS -> Convolutions.weightsGradient(places(tokens), places(gradient), taps, Window.POINT);
        };
    }

    private static Tensor places(Tensor rows) {
        return rows.view(1, 1, rows.size(0), rows.size(1)).permute(0, 3, 1, 2);
    }

    @Benchmark
    public void composition() {
        try (PointerScope call = new PointerScope()) {
            composed();
        }
    }

    private Tensor composed() {
        return switch (pass) {
            case RESULT -> torch.linear(tokens, weights, new TensorOptional(bias));
            case IMAGES -> gradient.mm(weights);
            case WEIGHTS -> gradient.t().mm(tokens);
        };
    }
}
