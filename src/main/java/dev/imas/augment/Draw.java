package dev.imas.augment;

import java.util.function.DoubleSupplier;

/** What is drawn from a supplier of uniform numbers in [0, 1). */
final class Draw {
    private Draw() {}

    /** A uniform integer, both ends included. */
    static int integer(DoubleSupplier uniform, int lo, int hi) {
        return (int) Math.min(hi, lo + (long) (uniform.getAsDouble() * ((double) hi - lo + 1)));
    }

    static double between(DoubleSupplier uniform, double lo, double hi) {
        return lo + uniform.getAsDouble() * (hi - lo);
    }
}
