package dev.imas.device;

import dev.imas.common.UserException;
import java.util.Optional;

/**
 * Exhausted memory of a CPU or a GPU, which libtorch reports as an ordinary RuntimeException. The process survives it.
 * Uses nothing of libtorch, which may be what failed.
 */
public final class OutOfMemory {
    private static final String TRAINING = "lower training.batch_labeled, training.batch_unlabeled or augment.crop";

    private OutOfMemory() {}

    public static boolean is(Throwable error) {
        String message = String.valueOf(error.getMessage());
        return message.contains("can't allocate memory") || message.contains("out of memory");
    }

    /** What to tell of it and what to do while a network trains, in one line; empty for any other error. */
    public static Optional<String> advice(Throwable error) {
        return advice(error, TRAINING);
    }

    /** What to throw on while a network trains: the error, or where memory is exhausted what to do about it. */
    public static RuntimeException told(RuntimeException error) {
        return told(error, TRAINING);
    }

    /** The same with another remedy. An error that is told already stays as it is. */
    public static RuntimeException told(RuntimeException error, String remedy) {
        return error instanceof UserException
                ? error
                : advice(error, remedy)
                        .<RuntimeException>map(advice -> new UserException(advice, error))
                        .orElse(error);
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
