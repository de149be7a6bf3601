package dev.imas.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a machine can do at best, as {@code limits.cpp} found it, or {@link CudaLimits} of a GPU.
 *
 * @param bytesPerSecond       read plus written by the fastest kind of copy, which is past the caches or in place
 * @param memcpyBytesPerSecond the same by the C library, on all threads
 */
record Limits(
        double bytesPerSecond,
        double memcpyBytesPerSecond,
        double exponentialsPerSecond,
        double multiplyAddsPerSecond) {
    private static final List<String> COPIES = List.of("copy_gb", "copy_past_caches_gb", "triad_gb");

    /** From a file with one JSON object a line, each a run of the program: the best of all. */
    static Limits read(Path file) throws IOException {
        List<JsonNode> runs = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            runs.add(new ObjectMapper().readTree(line));
        }
        double copy = COPIES.stream().mapToDouble(key -> best(runs, key)).max().orElseThrow();
        return new Limits(copy, best(runs, "copy_gb"), best(runs, "exponentials_g"), best(runs, "multiply_adds_g"));
    }

    private static double best(List<JsonNode> runs, String key) {
        return 1e9
                * runs.stream()
                        .mapToDouble(run -> run.path(key).asDouble()) // a GPU has one kind of copy
                        .max()
                        .orElseThrow();
    }
}
