package dev.imas.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * How much the resident memory of the process grew at most during an iteration, in MB (10^6 bytes). Linux keeps the
 * peak
 * (VmHWM) and sets it back to the present value when a 5 is written to clear_refs; free memory of the C library is
 * returned before, so that it cannot be used without being seen. Use with {@code -prof dev.imas.benchmarks.PeakMemory}.
 */
public final class PeakMemory implements InternalProfiler {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");

    private long before;

    @Override
    public String getDescription() {
        return "peak growth of the resident memory during an iteration (Linux)";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        Pointer.trimMemory();
        try {
            Files.writeString(CLEAR, "5");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        before = kilobytes("VmRSS:");
    }

    @Override
    public Collection<? extends Result> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double megabytes = (kilobytes("VmHWM:") - before) * 1024 / 1e6;
        return List.of(new ScalarResult("peakMemory", megabytes, "MB", AggregationPolicy.AVG));
    }

    private static long kilobytes(String key) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(key)) {
                    return Long.parseLong(
                            line.substring(key.length()).replace("kB", "").strip());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException(STATUS + " has no " + key);
    }
}
