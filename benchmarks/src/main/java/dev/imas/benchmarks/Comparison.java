package dev.imas.benchmarks;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a trial's setup found when it compared the two sides of a kernel, kept for {@link KernelRun}, which runs in the
 * same JVM, one trial after the other: JMH passes nothing on from a setup.
 */
final class Comparison {
    private static String disagreement;
    private static OptionalLong doubtful = OptionalLong.empty();

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
        doubtful = OptionalLong.empty();
    }

    /** Tells how many pixels were treated apart, since rounding decides on which side of a limit each falls. */
    static synchronized void doubtful(long pixels) {
        System.out.println("doubtful pixels: " + pixels);
        doubtful = OptionalLong.of(pixels);
    }

    /** Empty where the comparison knows no such pixels. */
    static synchronized OptionalLong doubtful() {
        return doubtful;
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
