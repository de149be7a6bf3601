package dev.imas.benchmarks;

import java.nio.file.Path;

/**
 * What a run of the kernels' benchmarks writes, beside each other.
 *
 * @param out their common path, without an ending
 */
record KernelFiles(Path out) {
    Path table() {
        return beside(".md");
    }

    /** JMH's own. */
    Path results() {
        return beside(".json");
    }

    /** What the machine can do at best: {@link Limits}. */
    Path limits() {
        return beside("-limits.jsonl");
    }

    /** A line for each trial that failed or had doubtful pixels counted: {@link KernelRun}. */
    Path comparisons() {
        return beside("-comparisons.jsonl");
    }

    private Path beside(String ending) {
        return out.resolveSibling(out.getFileName() + ending);
    }
}
