package dev.imas.augment;

import dev.imas.image.RgbImage;

/**
 * Blends of a picture X and a degenerate version D of it, D + f*(X - D) per channel in float32 and rounded towards
 * zero: contrast (D the constant mean grey), brightness (D black), color (D grey), sharpness (D smoothed). f = 0 gives
 * D, f = 1 gives X; outside [0,1] the result is clipped to 0..255. None changes its argument; f = 1 returns it. Golden
 * README section 9.
 */
public final class Enhance {
    private Enhance() {}

    public static RgbImage contrast(RgbImage image, double factor) {
        return towardsConstant(image, factor, Grey.mean(image));
    }

    public static RgbImage brightness(RgbImage image, double factor) {
        return towardsConstant(image, factor, 0);
    }

    private static RgbImage towardsConstant(RgbImage image, double factor, int constant) {
        float f = checked(factor);
        byte[] table = new byte[256];
        for (int x = 0; x < 256; x++) {
            table[x] = blend(constant, x, f);
        }
        return f == 1 ? image : Tone.map(image, table);
    }

    public static RgbImage color(RgbImage image, double factor) {
        float f = checked(factor);
        if (f == 1) {
            return image;
        }
        byte[] table = blendTable(f);
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        for (int p = 0; p < rgb.length; p += 3) {
            byte red = source[p];
            byte green = source[p + 1];
            byte blue = source[p + 2];
            int row = Grey.luma(red, green, blue) << 8;
            rgb[p] = table[row | red & 255];
            rgb[p + 1] = table[row | green & 255];
            rgb[p + 2] = table[row | blue & 255];
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    /** The smoothed value is the 3x3 mean with centre weight 5, rounded; the one-pixel border stays as it is. */
    public static RgbImage sharpness(RgbImage image, double factor) {
        float f = checked(factor);
        if (f == 1 || image.width() < 3 || image.height() < 3) {
            return image;
        }
        byte[] table = blendTable(f);
        byte[] rgb = image.rgb().clone();
        int n = image.width() * 3;
        SmoothedRows smoothed = new SmoothedRows(image);
        for (int y = 1; y < image.height() - 1; y++) {
            int[] degenerate = smoothed.row(y);
            int row = y * n;
            for (int i = 3; i < n - 3; i++) {
                rgb[row + i] = table[degenerate[i] << 8 | rgb[row + i] & 255];
            }
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    /** The rows of the smoothed picture, from top to bottom. */
    private static final class SmoothedRows {
        private final byte[] rgb;
        private final int n;
        private final int[][] rows;
        private final int[] columnSum;
        private final int[] shifted;
        private final int[] result;
        private int next;

        SmoothedRows(RgbImage image) {
            rgb = image.rgb();
            n = image.width() * 3;
            rows = new int[3][n];
            columnSum = new int[n];
            shifted = new int[n];
            result = new int[n];
        }

        /** Row y, without the values of its first and last pixel; y grows from call to call and is no border row. */
        int[] row(int y) {
            for (; next <= y + 1; next++) {
                int[] row = rows[next % 3];
                for (int i = 0; i < n; i++) {
                    row[i] = rgb[next * n + i] & 255;
                }
            }
            sumColumns(rows[(y - 1) % 3], rows[y % 3], rows[(y + 1) % 3]);
            // Neighbours are brought to the same index, since only such loops are turned into vector instructions.
            System.arraycopy(columnSum, 0, shifted, 3, n - 3);
            combine(rows[y % 3]);
            System.arraycopy(columnSum, 3, shifted, 0, n - 3);
            divide();
            return result;
        }

        private void sumColumns(int[] above, int[] centre, int[] below) {
            for (int i = 0; i < n; i++) {
                columnSum[i] = above[i] + centre[i] + below[i];
            }
        }

        private void combine(int[] centre) {
            for (int i = 0; i < n; i++) {
                result[i] = columnSum[i] + shifted[i] + 4 * centre[i];
            }
        }

        /** Division by 13, rounded: (s + 6) / 13 by multiplication, exact for the sums of 13 bytes. */
        private void divide() {
            for (int i = 0; i < n; i++) {
                result[i] = (result[i] + shifted[i] + 6) * 20165 >> 18;
            }
        }
    }

    /** All blends: the entry at D*256 + X. */
    private static byte[] blendTable(float factor) {
        byte[] table = new byte[1 << 16];
        for (int d = 0; d < 256; d++) {
            for (int x = 0; x < 256; x++) {
                table[d << 8 | x] = blend(d, x, factor);
            }
        }
        return table;
    }

    private static byte blend(int degenerate, int value, float factor) {
        return (byte) Math.max(0, Math.min(255, (int) (degenerate + factor * (value - degenerate))));
    }

    private static float checked(double factor) {
        if (!Double.isFinite(factor)) {
            throw new IllegalArgumentException("a blending factor must be finite, got " + factor);
        }
        return (float) factor;
    }
}
