package dev.imas.benchmarks;

import dev.imas.device.OpenBlas;
import dev.imas.device.Torch;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
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
 * A transformer's attention by libtorch, whose threads each call OpenBLAS, by the number of threads that OpenBLAS has
 * itself.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class AttentionBenchmark {
    /** Images, heads, tokens and channels a head: DINOv2-S' for crops of 98x98, 266x266 and 518x518. */
    @Param({"4x6x50x64", "4x6x362x64", "2x6x1370x64"})
    public String attention;

    @Param({"1", "2"})
    public int blasThreads;

    private final PointerScope scope = new PointerScope();
    private int threadsBefore;
    private Tensor queries;
    private Tensor keys;
    private Tensor values;

    @Setup
    public void prepare() {
        Torch.load();
        threadsBefore = OpenBlas.threads();
        OpenBlas.useThreads(blasThreads);
        if (OpenBlas.threads() != blasThreads) {
            throw new IllegalStateException("OpenBLAS has " + OpenBlas.threads() + " threads, not " + blasThreads);
        }
        long[] shape =
                Arrays.stream(attention.split("x")).mapToLong(Long::parseLong).toArray();
        queries = torch.randn(shape).set_requires_grad(true);
        keys = torch.randn(shape).set_requires_grad(true);
        values = torch.randn(shape).set_requires_grad(true);
    }

    @TearDown
    public void close() {
        scope.close();
        OpenBlas.useThreads(threadsBefore);
    }

    @Benchmark
    public void result() {
        try (PointerScope call = new PointerScope()) {
            attended();
        }
    }

    /** With the additions to the gradients of the call before. */
    @Benchmark
    public void resultAndGradients() {
        try (PointerScope call = new PointerScope()) {
            attended().sum().backward();
        }
    }

    private Tensor attended() {
        return torch.scaled_dot_product_attention(
                queries, keys, values, new TensorOptional(), 0, false, new DoubleOptional(), false);
    }
}
