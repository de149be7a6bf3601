package dev.imas.device;

import java.util.Optional;

/**
 * Exhausted memory of a CPU or a GPU, which libtorch reports as an ordinary RuntimeException. The process survives it.
 * Uses nothing of libtorch, which may be what failed.
 */
public final class OutOfMemory {
    private OutOfMemory() {}

    public static boolean is(Throwable error) {
        String message = String.valueOf(error.getMessage());
        return message.contains("can't allocate memory") || message.contains("out of memory");
    }

    /** What to tell of it and what to do while a network trains, in one line; empty for any other error. */
    public static Optional<String> advice(Throwable error) {
        return advice(error, "lower training.batch_labeled, training.batch_unlabeled or augment.crop");
    }

    /** @param remedy what makes what was going on smaller */
    public static Optional<String> advice(Throwable error, String remedy) {
        return is(error)
                ? Optional.of("out of memory ("
                        + String.valueOf(error.getMessage())
                                .lines()
                                .findFirst()
                                .orElse("")
                                .strip()
                        + "); " + remedy)
                : Optional.empty();
    }
}
