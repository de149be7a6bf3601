package dev.imas.augment;

import dev.imas.image.RgbImage;
import java.util.Arrays;

/**
 * Gaussian blur as three box blurs along the rows and three along the columns, each rounded to 8 bits, with pixels
 * outside the picture replaced by the border pixel. Golden README section 9.
 *
 * <p>Rows stream through the six passes: each pass of the columns keeps just the rows that its box spans, so the whole
 * blur works in the cache. All intermediate values are 8-bit values in ints.
 */
public final class GaussianBlur {
    private static final int PASSES = 3;
    private static final int ONE = 1 << 24;
    private static final int HALF = 1 << 23;

    /**
     * One of the boxes: the average of 2*reach+1 whole pixels and two partial ones, one at either end, in fixed point:
     * (whole * sum + partial * sum of both ends + 2^23) >> 24. The sum of the products stays below 2^32.
     *
     * @param whole   weight of a whole pixel, 2^24 = 1
     * @param partial weight of a partial pixel
     */
    public record Box(int reach, int whole, int partial) {
        /** The box whose threefold application has the deviation sigma, in [0, 1000]; float32 throughout. */
        public static Box of(double sigma) {
            if (!(sigma >= 0 && sigma <= 1000)) {
                throw new IllegalArgumentException("the sigma of a blur must be in [0, 1000], got " + sigma);
            }
            float radius = radius((float) sigma);
            int reach = (int) radius;
            int whole = (int) (long) (ONE / (radius * 2 + 1));
            return new Box(reach, whole, (ONE - (reach * 2 + 1) * whole) / 2);
        }

        private static float radius(float sigma) {
            float variance = sigma * sigma / PASSES;
            float length = (float) Math.sqrt(12.0 * variance + 1.0);
            float l = (float) Math.floor((length - 1.0) / 2.0);
            float a = (2 * l + 1) * (l * (l + 1) - 3 * variance);
            a /= 6 * (variance - (l + 1) * (l + 1));
            return l + a;
        }
    }

    private final int reach;
    private final int whole;
    private final int partial;
    /** Values a row: three a pixel. */
    private final int n;
    /** The box's rows or shifted copies of one row, from one end to the other: 2*reach+3 of them. */
    private final int[][] span;

    private GaussianBlur(Box box, int width) {
        reach = box.reach();
        whole = box.whole();
        partial = box.partial();
        n = width * 3;
        span = new int[2 * reach + 3][];
    }

    /** The blurred picture; sigma (pixels) is finite and at least 0, where 0 returns the argument. */
    public static RgbImage apply(RgbImage image, double sigma) {
        Box box = Box.of(sigma);
        return box.whole() == ONE ? image : new GaussianBlur(box, image.width()).blurred(image);
    }

    private RgbImage blurred(RgbImage image) {
        int height = image.height();
        int kept = span.length;
        // rows[p] holds the last rows that have been through p of the passes along the columns.
        int[][][] rows = new int[PASSES][kept][n];
        int[][] shifted = new int[kept][n];
        int[] last = new int[n];
        byte[] rgb = new byte[image.rgb().length];
        int lag = reach + 1;
        for (int y = 0; y < height + PASSES * lag; y++) {
            if (y < height) {
                alongRow(image.rgb(), y, shifted, rows[0][y % kept]);
            }
            for (int pass = 1; pass <= PASSES; pass++) {
                int done = y - pass * lag;
                if (done >= 0 && done < height) {
                    for (int i = 0; i < kept; i++) {
                        span[i] = rows[pass - 1][Math.max(0, Math.min(height - 1, done - lag + i)) % kept];
                    }
                    average(pass < PASSES ? rows[pass][done % kept] : last);
                    if (pass == PASSES) {
                        store(last, rgb, done);
                    }
                }
            }
        }
        return new RgbImage(image.width(), height, rgb);
    }

    /** The three passes along one row. */
    private void alongRow(byte[] rgb, int y, int[][] shifted, int[] result) {
        for (int i = 0; i < n; i++) {
            result[i] = rgb[y * n + i] & 255;
        }
        for (int pass = 0; pass < PASSES; pass++) {
            // Neighbours are brought to the same index, since only such loops are turned into vector instructions.
            for (int i = 0; i < span.length; i++) {
                shift(result, i - reach - 1, shifted[i]);
                span[i] = shifted[i];
            }
            average(result);
        }
    }

    /** result[x] = row[x + pixels], with the border pixels replicated. */
    private void shift(int[] row, int pixels, int[] result) {
        int moved = Math.min(n, Math.abs(pixels) * 3);
        if (pixels < 0) {
            System.arraycopy(row, 0, result, moved, n - moved);
            for (int i = 0; i < moved; i++) {
                result[i] = row[i % 3];
            }
        } else {
            System.arraycopy(row, moved, result, 0, n - moved);
            for (int i = n - moved; i < n; i++) {
                result[i] = row[n - 3 + i % 3];
            }
        }
    }

    /** One box blur over the rows of the span; sums stay below 2^32 and are shifted as unsigned numbers. */
    private void average(int[] result) {
        switch (reach) {
            case 0 -> averageOne(span[0], span[1], span[2], whole, partial, result);
            case 1 -> averageThree(span[0], span[1], span[2], span[3], span[4], whole, partial, result);
            default -> {
                int[] sum = new int[n];
                for (int[] row : Arrays.copyOfRange(span, 1, span.length - 1)) {
                    add(row, sum);
                }
                averageOne(span[0], sum, span[span.length - 1], whole, partial, result);
            }
        }
    }

    private static void averageOne(int[] left, int[] sum, int[] right, int whole, int partial, int[] result) {
        for (int i = 0; i < result.length; i++) {
            result[i] = (whole * sum[i] + partial * (left[i] + right[i]) + HALF) >>> 24;
        }
    }

    private static void averageThree(
            int[] left, int[] a, int[] b, int[] c, int[] right, int whole, int partial, int[] result) {
        for (int i = 0; i < result.length; i++) {
            result[i] = (whole * (a[i] + b[i] + c[i]) + partial * (left[i] + right[i]) + HALF) >>> 24;
        }
    }

    private static void add(int[] row, int[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += row[i];
        }
    }

    private void store(int[] row, byte[] rgb, int y) {
        for (int i = 0; i < n; i++) {
            rgb[y * n + i] = (byte) row[i];
        }
    }
}
