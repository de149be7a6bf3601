package dev.imas.augment;

import java.util.Arrays;

/**
 * The weights of the antialiased bilinear filter along one axis: every output position is a weighted sum of
 * {@code taps} neighbouring source positions, in fixed point with {@link #BITS} fractional bits. Widening the kernel
 * by the factor of a reduction is what antialiases. Golden README section 9, resize.
 *
 * @param outputs number of output positions
 * @param taps    source positions an output reads, the same for all; unused ones have weight 0
 * @param start   first source position of each output; start + taps never exceeds the source
 * @param weights by tap, by output: not negative, each output's summing to 2^BITS up to rounding
 * @param blend   two taps whose weights sum to 2^BITS exactly everywhere: left + (right - left) * second weight
 */
record FilterTaps(int outputs, int taps, int[] start, int[][] weights, boolean blend) {
    /** Leaves room for 8-bit values and a carry in 32 bits. */
    static final int BITS = 22;
    /** Added before the shift, so that it rounds. */
    static final int HALF = 1 << (BITS - 1);

    /** The outputs first..first+count-1 of a resize of {@code in} positions to {@code out}. */
    static FilterTaps of(int in, int out, int first, int count) {
        double scale = (double) in / out;
        double support = Math.max(scale, 1);
        double inverse = 1 / support;
        int widest = Math.min(in, 2 * (int) Math.ceil(support) + 1);
        int[] start = new int[count];
        int[] used = new int[count];
        int taps = 1;
        for (int i = 0; i < count; i++) {
            double centre = (first + i + 0.5) * scale;
            start[i] = Math.max(0, (int) (centre - support + 0.5));
            used[i] = Math.min(in, (int) (centre + support + 0.5)) - start[i];
            taps = Math.max(taps, used[i]);
        }
        int[][] weights = new int[taps][count];
        double[] exact = new double[widest];
        for (int i = 0; i < count; i++) {
            double centre = (first + i + 0.5) * scale;
            double sum = 0;
            for (int t = 0; t < used[i]; t++) {
                exact[t] = Math.max(0, 1 - Math.abs((t + start[i] - centre + 0.5) * inverse));
                sum += exact[t];
            }
            // At the far end the window moves back into the source; its first weights are then 0.
            int shift = Math.max(0, start[i] + taps - in);
            start[i] -= shift;
            for (int t = 0; t < used[i]; t++) {
                double weight = sum == 0 ? exact[t] : exact[t] / sum;
                weights[shift + t][i] = (int) (0.5 + weight * (1 << BITS));
            }
        }
        return new FilterTaps(count, taps, start, weights, taps == 2 && sumsAreExact(weights));
    }

    /** The same outputs of a source of which the first positions are missing. */
    FilterTaps from(int position) {
        int[] moved = Arrays.stream(start).map(at -> at - position).toArray();
        return new FilterTaps(outputs, taps, moved, weights, blend);
    }

    /** The same outputs in reverse order: resizing and flipping in one pass. */
    FilterTaps mirrored() {
        return new FilterTaps(
                outputs,
                taps,
                reversed(start),
                Arrays.stream(weights).map(FilterTaps::reversed).toArray(int[][]::new),
                blend);
    }

    private static int[] reversed(int[] values) {
        int[] reversed = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            reversed[values.length - 1 - i] = values[i];
        }
        return reversed;
    }

    private static boolean sumsAreExact(int[][] pairs) {
        for (int i = 0; i < pairs[0].length; i++) {
            if (pairs[0][i] + pairs[1][i] != 1 << BITS) {
                return false;
            }
        }
        return true;
    }
}
