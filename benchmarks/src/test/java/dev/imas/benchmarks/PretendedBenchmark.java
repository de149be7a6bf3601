package dev.imas.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A kernel and a composition that compute nothing, and fail as {@link KernelRunTest} wants it. */
public class PretendedBenchmark extends KernelBenchmark {
    /** What is wrong: nothing but a pixel, the comparison, or each call of the composition. */
    public enum Fault {
        NONE,
        DISAGREES,
        THROWS
    }

    /** Called by every setup; what it gave stands in {@link #WRITTEN}. */
    static IntSupplier resultsWritten = () -> 0;

    static final List<Integer> WRITTEN = new ArrayList<>();

    @Param({"DISAGREES", "THROWS", "NONE"})
    public Fault fault;

    @Setup(Level.Trial)
    public void setUp() {
        openThen(() -> {
            WRITTEN.add(resultsWritten.getAsInt());
            Tensor one = torch.ones(1);
            requireNear("numbers", one, fault == Fault.DISAGREES ? one.neg() : one, 0);
            if (fault == Fault.NONE) {
                Comparison.doubtful(1);
            }
        });
    }

    @Override
    long workspaceBytes() {
        return 0;
    }

    @Benchmark
    public void kernel() {}

    @Benchmark
    public void composition() {
        if (fault == Fault.THROWS) {
            throw new IllegalStateException("the composition fails");
        }
    }
}
