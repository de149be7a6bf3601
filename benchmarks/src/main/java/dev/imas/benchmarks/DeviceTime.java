package dev.imas.benchmarks;

import dev.imas.device.Gpu;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * A profiler of JMH, {@code -prof dev.imas.benchmarks.DeviceTime}, which {@code imas bench --device cuda} adds: the
 * median of the iteration's calls by CUDA events ({@link DeviceClock}), as {@code deviceTime}, and how much more memory
 * libtorch's allocator had handed out at most than before, as {@code peakMemory}. On the CPU it has nothing to tell.
 */
public final class DeviceTime implements InternalProfiler {
    private static final List<Double> CALLS = new ArrayList<>();
    /** Of the calls; -1 where there were none. */
    private static int device = -1;

    private long before;

    /** A call was measured. */
    static synchronized void add(int index, double milliseconds) {
        device = index;
        CALLS.add(milliseconds);
    }

    @Override
    public String getDescription() {
        return "device time and memory of calls on a GPU, by CUDA events and libtorch's allocator";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        synchronized (DeviceTime.class) {
            CALLS.clear();
        }
        if (device >= 0) {
            Gpu.resetPeak(device);
            before = Gpu.peakBytes(device); // which is now what is handed out
        }
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        synchronized (DeviceTime.class) {
            if (CALLS.isEmpty()) {
                return List.of();
            }
            double median = CALLS.stream().sorted().toList().get(CALLS.size() / 2);
            double megabytes = (Gpu.peakBytes(device) - before) / 1e6;
            return List.of(
                    new ScalarResult("deviceTime", median, "ms", AggregationPolicy.AVG),
                    new ScalarResult("peakMemory", megabytes, "MB", AggregationPolicy.AVG));
        }
    }
}
