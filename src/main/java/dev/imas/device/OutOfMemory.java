package dev.imas.device;

import java.util.Optional;

/**
 * Exhausted memory of a CPU or a GPU, which libtorch reports as an ordinary RuntimeException. The process survives it.
 * Uses nothing of libtorch, which may be what failed.
 */
public final class OutOfMemory {
    private OutOfMemory() {}

    /** What to tell of it and what to do, in one line; empty for any other error. */
    public static Optional<String> advice(Throwable error) {
        String message = String.valueOf(error.getMessage());
        boolean memory = message.contains("can't allocate memory") || message.contains("out of memory");
        return memory
                ? Optional.of("out of memory ("
                        + message.lines().findFirst().orElse("").strip()
                        + "); lower training.batch_labeled, training.batch_unlabeled or augment.crop")
                : Optional.empty();
    }
}
