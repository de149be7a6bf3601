package dev.imas.benchmarks;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;

/** The machine's memory, for comparison: 40 M floats copied, and a triad a = b + s * c, by libtorch with the same threads. */
public class MemoryBenchmark extends KernelBenchmark {
    static final long FLOATS = 40_000_000;

    private Tensor a;
    private Tensor b;
    private Tensor c;

    @Setup(Level.Trial)
    public void tensors() {
        a = torch.rand(FLOATS);
        b = torch.rand(FLOATS);
        c = torch.rand(FLOATS);
    }

    @Override
    long workspaceBytes() {
        return 0;
    }

    @Benchmark
    public void copy() {
        try (PointerScope call = new PointerScope()) {
            a.copy_(b);
        }
    }

    @Benchmark
    public void triad() {
        try (PointerScope call = new PointerScope()) {
            torch.add_out(a, b, c, new Scalar(0.5f));
        }
    }
}
