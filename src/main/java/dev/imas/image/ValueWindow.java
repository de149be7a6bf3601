package dev.imas.image;

import java.util.Arrays;

/**
 * Which values become 0 and which 1; what lies beyond is cut. A window without width, of a channel that is constant,
 * makes all of it 0. A value that is no number becomes 0.
 *
 * @param low  becomes 0
 * @param high becomes 1
 */
public record ValueWindow(double low, double high) {
    /** Shares of the values below and above the window of {@link #percentiles}. */
    private static final double CUT = 0.001;
    /** Shares below and above the window of {@link #most}: so many pixels may be marks, letters or broken. */
    private static final double FEW_BELOW = 0.01;

    private static final double FEW_ABOVE = 0.03;
    /** Standard deviations from the mean to either end of {@link #deviations}. */
    private static final double DEVIATIONS = 5;

    /** The values that samples of a file can have; of floats 0 to 1. */
    public static ValueWindow ofDepth(Samples samples) {
        double steps = Math.pow(2, samples.bits());
        return switch (samples.kind()) {
            case UNSIGNED -> new ValueWindow(0, steps - 1);
            case SIGNED -> new ValueWindow(-steps / 2, steps / 2 - 1);
            case FLOAT -> new ValueWindow(0, 1);
        };
    }

    /** From the 0.1st to the 99.9th percentile of numbers, at least one, which are sorted by this. */
    public static ValueWindow percentiles(float[] values) {
        return between(values, CUT, CUT);
    }

    /** From the 1st to the 97th percentile of numbers, at least one, which are sorted by this. */
    public static ValueWindow most(float[] values) {
        return between(values, FEW_BELOW, FEW_ABOVE);
    }

    private static ValueWindow between(float[] values, double below, double above) {
        Arrays.sort(values);
        int last = values.length - 1;
        return new ValueWindow(values[(int) Math.floor(below * last)], values[(int) Math.ceil((1 - above) * last)]);
    }

    public double width() {
        return high - low;
    }

    /** From five deviations below the mean of numbers, at least one, to five above, so that the mean becomes 0.5. */
    public static ValueWindow deviations(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value;
        }
        mean /= values.length;
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean);
        }
        double reach = DEVIATIONS * Math.sqrt(squares / values.length);
        return new ValueWindow(mean - reach, mean + reach);
    }

    /** The value's place in the window, in [0,1]. */
    public float place(float value) {
        double width = high - low;
        double place = (value - low) / width;
        return width > 0 && place > 0 ? (float) Math.min(1, place) : 0; // NaN is not greater than 0
    }
}
