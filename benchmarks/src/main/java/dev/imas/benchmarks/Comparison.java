package dev.imas.benchmarks;

import java.util.Optional;

/**
 * What a trial's setup found when it compared the two sides of a kernel, kept for {@link KernelRun}, which runs in the
 * same JVM, one trial after the other: JMH passes nothing on from a setup.
 */
final class Comparison {
    private static String disagreement;

    private Comparison() {}

    /** Thrown to refuse the measuring. What it says is all there is to tell; a stack trace would bury the line. */
    private static final class Disagreement extends IllegalStateException {
        private static final long serialVersionUID = 1;

        Disagreement(String message) {
            super(message);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Forgets the trial before. */
    static synchronized void begin() {
        disagreement = null;
    }

    /** For the caller to throw. */
    static synchronized IllegalStateException disagreement(String message) {
        disagreement = message;
        return new Disagreement(message);
    }

    /** Why the two sides disagreed, if they did. */
    static synchronized Optional<String> disagreement() {
        return Optional.ofNullable(disagreement);
    }
}
