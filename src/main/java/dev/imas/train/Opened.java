package dev.imas.train;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened one after the other; closed in reverse order, all of it, also when one of them fails to close. */
final class Opened implements AutoCloseable {
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /** Keeps a part until {@link #close}, and hands it on. */
    <T extends AutoCloseable> T keep(T part) {
        parts.push(part);
        return part;
    }

    /** Closes what was opened before something failed; what else fails now is said beside it. */
    void closeAfter(Throwable failure) {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }

    /** @throws IOException or a RuntimeException: the first that a part throws, the others suppressed in it */
    @Override
    public void close() throws IOException {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (IOException | RuntimeException e) {
                closeAfter(e);
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("a part of the run failed to close", e);
            }
        }
    }
}
