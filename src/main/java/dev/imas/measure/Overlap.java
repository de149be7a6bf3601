package dev.imas.measure;

import dev.imas.config.ImasConfig.AbsentClasses;
import java.util.function.IntPredicate;

/** The formulas of overlap (method 5), in one place. */
public final class Overlap {
    /** Keeps 0/0 at 0, as the published evaluation does. */
    private static final double EPSILON = 1e-10;

    private Overlap() {}

    /** Intersection over union in [0,1]; 0 where there is no union. */
    public static double iou(long intersection, long union) {
        return intersection / (union + EPSILON);
    }

    /** A share in [0,1]; NaN of nothing. */
    static double share(long part, long whole) {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }

    /**
     * The mean over classes of a figure that each has.
     *
     * @param figures one a class; NaN where a class that occurs has none, which is left out
     * @param occurs  whether a class counts by its figure; others count 0 or are left out
     * @return 0 when nothing counts
     */
    public static double mean(double[] figures, IntPredicate occurs, AbsentClasses absent) {
        double sum = 0;
        int counted = 0;
        for (int c = 0; c < figures.length; c++) {
            boolean there = occurs.test(c);
            if (there && !Double.isNaN(figures[c])) {
                sum += figures[c];
                counted++;
            } else if (!there && absent == AbsentClasses.ZERO) {
                counted++;
            }
        }
        return counted == 0 ? 0 : sum / counted;
    }
}
