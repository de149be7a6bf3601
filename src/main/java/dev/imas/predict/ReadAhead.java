package dev.imas.predict;

import dev.imas.common.Interrupts;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntFunction;

/** Pictures in turn, each decoded beside the work on the one before. */
public final class ReadAhead {
    /** What is done with a picture. */
    public interface Work<T> {
        void on(int i, T picture);
    }

    private ReadAhead() {}

    /**
     * Works through a collection; ends between two pictures when the program is asked to end.
     *
     * @param load reads picture i, in another thread; empty for one that is left out
     * @return how many were worked on
     */
    public static <T> int each(int size, IntFunction<Optional<T>> load, Work<T> work) {
        int done = 0;
        CompletableFuture<Optional<T>> next = started(0, size, load);
        for (int i = 0; i < size; i++) {
            Interrupts.check();
            Optional<T> picture = result(next);
            next = started(i + 1, size, load);
            if (picture.isPresent()) {
                work.on(i, picture.get());
                done++;
            }
        }
        return done;
    }

    private static <T> CompletableFuture<Optional<T>> started(int i, int size, IntFunction<Optional<T>> load) {
        return i < size ? CompletableFuture.supplyAsync(() -> load.apply(i)) : null;
    }

    /** What hindered it as it was thrown, a full heap too: whoever tells of it knows no other thread. */
    private static <T> T result(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
