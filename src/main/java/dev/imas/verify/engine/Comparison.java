package dev.imas.verify.engine;

import java.util.function.Consumer;

/**
 * Compares recorded with found values and reports each comparison as a {@link Check} of one group.
 * A recorded NaN is matched by NaN alone; NaN anywhere else makes the error NaN, which fails. Different lengths fail.
 */
public final class Comparison {
    /** Counts, labels, copies: nothing may differ. */
    public static final double EXACT = 0;

    private final String group;
    private final Consumer<Check> report;
    private final double slack;

    public Comparison(String group, Consumer<Check> report) {
        this(group, report, 1);
    }

    /** @param slack factor on every tolerance */
    public Comparison(String group, Consumer<Check> report, double slack) {
        this.group = group;
        this.report = report;
        this.slack = slack;
    }

    /** Largest absolute difference. */
    public void absolute(String name, float[] recorded, float[] found, double tolerance) {
        if (sameLength(name, recorded.length, found.length, tolerance)) {
            report(name, largestDifference(recorded, found), tolerance, "");
        }
    }

    /** Largest absolute difference from values that were recorded in double precision. */
    public void absolute(String name, double[] recorded, float[] found, double tolerance) {
        if (sameLength(name, recorded.length, found.length, tolerance)) {
            double largest = 0;
            for (int i = 0; i < recorded.length; i++) {
                largest = Math.max(largest, difference(recorded[i], found[i]));
            }
            report(name, largest, tolerance, "");
        }
    }

    /** Largest absolute difference divided by the largest recorded absolute value. */
    public void relativeToMax(String name, float[] recorded, float[] found, double tolerance) {
        if (sameLength(name, recorded.length, found.length, tolerance)) {
            double largest = 0;
            for (float value : recorded) {
                if (!Float.isNaN(value)) {
                    largest = Math.max(largest, Math.abs(value));
                }
            }
            report(name, ratio(largestDifference(recorded, found), largest), tolerance, "");
        }
    }

    /** Absolute difference divided by the recorded value; a recorded 0 asks for 0. */
    public void relative(String name, double recorded, double found, double tolerance) {
        report(name, ratio(difference(recorded, found), Math.abs(recorded)), tolerance, "");
    }

    /** Number of differing elements; none may differ. */
    public void differing(String name, byte[] recorded, byte[] found) {
        if (sameLength(name, recorded.length, found.length, EXACT)) {
            int count = 0;
            for (int i = 0; i < recorded.length; i++) {
                count += recorded[i] == found[i] ? 0 : 1;
            }
            report(name, count, EXACT, "");
        }
    }

    /** Number of differing elements; none may differ. */
    public void differing(String name, int[] recorded, int[] found) {
        if (sameLength(name, recorded.length, found.length, EXACT)) {
            int count = 0;
            for (int i = 0; i < recorded.length; i++) {
                count += recorded[i] == found[i] ? 0 : 1;
            }
            report(name, count, EXACT, "");
        }
    }

    /** Difference of two counts, which must be equal. */
    public void equal(String name, long recorded, long found) {
        report(name, Math.abs((double) recorded - found), EXACT, "");
    }

    public void report(String name, double error, double tolerance, String note) {
        report.accept(new Check(group, name, error, slack * tolerance, note));
    }

    /** A difference of whole numbers, of which no device is granted more. */
    public void count(String name, double error, double tolerance) {
        report.accept(new Check(group, name, error, tolerance, ""));
    }

    /** The Euclidean norm, summed in double precision. */
    public static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private boolean sameLength(String name, int recorded, int found, double tolerance) {
        if (recorded != found) {
            report(name, Double.NaN, tolerance, recorded + " values are recorded, " + found + " were found");
        }
        return recorded == found;
    }

    private static double largestDifference(float[] recorded, float[] found) {
        double largest = 0;
        for (int i = 0; i < recorded.length; i++) {
            largest = Math.max(largest, difference(recorded[i], found[i]));
        }
        return largest;
    }

    private static double difference(double recorded, double found) {
        // Equal infinities differ by 0, not by NaN.
        return recorded == found || (Double.isNaN(recorded) && Double.isNaN(found)) ? 0 : Math.abs(recorded - found);
    }

    private static double ratio(double difference, double scale) {
        if (difference == 0) {
            return 0;
        }
        return Double.isNaN(scale) ? Double.NaN : difference / scale;
    }
}
