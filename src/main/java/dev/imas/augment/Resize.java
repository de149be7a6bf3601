package dev.imas.augment;

import java.util.Arrays;

/**
 * Resizing as Pillow does it, byte for byte: pictures with the antialiased bilinear filter (along the rows first,
 * rounded to 8 bits, then along the columns), label maps by the nearest source pixel. Method section 2, golden README
 * section 9.
 *
 * <p>Each result can be limited to a window of the resized picture, optionally mirrored left to right, because a crop
 * usually follows: pixels that nobody will see are never computed, and the bytes are the same.
 */
public final class Resize {
    private Resize() {
    }

    /** The whole picture at width x height pixels. */
    public static RgbImage bilinear(RgbImage image, int width, int height) {
        return bilinear(image, width, height, new Window(0, 0, width, height), false);
    }

    /** The whole label map at width x height pixels. */
    public static LabelMap nearest(LabelMap map, int width, int height) {
        return nearest(map, width, height, new Window(0, 0, width, height), false);
    }

    /** A window of the picture resized to width x height; {@code mirrored}: the window's columns in reverse order. */
    static RgbImage bilinear(RgbImage image, int width, int height, Window window, boolean mirrored) {
        window.requireInside(width, height);
        if (width == image.width() && height == image.height() && !mirrored) {
            return Crop.inside(image, window);
        }
        FilterTaps columns = FilterTaps.of(image.width(), width, window.x(), window.width());
        FilterTaps rows = FilterTaps.of(image.height(), height, window.y(), window.height());
        return new RgbImage(window.width(), window.height(), resample(image, mirrored ? columns.mirrored() : columns, rows));
    }

    /** A window of the label map resized to width x height; {@code mirrored}: its columns in reverse order. */
    static LabelMap nearest(LabelMap map, int width, int height, Window window, boolean mirrored) {
        window.requireInside(width, height);
        int[] columns = nearestSources(map.width(), width, window.x(), window.width(), mirrored);
        int[] rows = nearestSources(map.height(), height, window.y(), window.height(), false);
        byte[] source = map.labels();
        byte[] result = new byte[Math.multiplyExact(window.width(), window.height())];
        for (int y = 0; y < rows.length; y++) {
            int to = y * columns.length;
            if (y > 0 && rows[y] == rows[y - 1]) {
                System.arraycopy(result, to - columns.length, result, to, columns.length);
                continue;
            }
            int from = rows[y] * map.width();
            for (int x = 0; x < columns.length; x++) {
                result[to + x] = source[from + columns[x]];
            }
        }
        return new LabelMap(window.width(), window.height(), result);
    }

    /**
     * The source position of each output. Positions are summed up step by step and not multiplied out: where one falls
     * on the border of two pixels, the rounding of the sum decides, and Pillow's is the sum.
     */
    private static int[] nearestSources(int in, int out, int first, int count, boolean reversed) {
        double scale = (double) in / out;
        double position = scale * 0.5;
        for (int i = 0; i < first; i++) {
            position += scale;
        }
        int[] sources = new int[count];
        for (int i = 0; i < count; i++) {
            sources[reversed ? count - 1 - i : i] = Math.min(in - 1, (int) position);
            position += scale;
        }
        return sources;
    }

    /**
     * Both passes interleaved: a source row is filtered along the row when an output first needs it and kept, as ints,
     * as long as one does.
     */
    private static byte[] resample(RgbImage image, FilterTaps columns, FilterTaps rows) {
        int n = columns.outputs() * 3;
        int taps = rows.taps();
        int[][] kept = new int[taps][n];
        int[] sum = new int[n];
        byte[] result = new byte[Math.multiplyExact(n, rows.outputs())];
        int next = 0;
        for (int y = 0; y < rows.outputs(); y++) {
            int start = rows.start()[y];
            for (next = Math.max(next, start); next < start + taps; next++) {
                alongRow(image, next, columns, kept[next % taps]);
            }
            if (rows.blend()) {
                blendRows(kept[start % 2], kept[(start + 1) % 2], rows.weights()[2 * y + 1], sum);
            } else {
                Arrays.fill(sum, FilterTaps.HALF);
                for (int t = 0; t < taps; t++) {
                    addRow(kept[(start + t) % taps], rows.weights()[y * taps + t], sum);
                }
                round(sum);
            }
            int to = y * n;
            for (int i = 0; i < n; i++) {
                result[to + i] = (byte) sum[i];
            }
        }
        return result;
    }

    private static void alongRow(RgbImage image, int row, FilterTaps columns, int[] result) {
        int from = row * image.width() * 3;
        if (columns.blend()) {
            blendAlongRow(image.rgb(), from, columns, result);
            return;
        }
        byte[] rgb = image.rgb();
        int taps = columns.taps();
        int[] starts = columns.start();
        int[] weights = columns.weights();
        for (int x = 0, w = 0; x < starts.length; x++) {
            int p = from + starts[x] * 3;
            int red = FilterTaps.HALF;
            int green = FilterTaps.HALF;
            int blue = FilterTaps.HALF;
            for (int end = w + taps; w < end; w++, p += 3) {
                int weight = weights[w];
                red += (rgb[p] & 255) * weight;
                green += (rgb[p + 1] & 255) * weight;
                blue += (rgb[p + 2] & 255) * weight;
            }
            result[3 * x] = Math.min(255, red >>> FilterTaps.BITS);
            result[3 * x + 1] = Math.min(255, green >>> FilterTaps.BITS);
            result[3 * x + 2] = Math.min(255, blue >>> FilterTaps.BITS);
        }
    }

    /** Enlarging: one product a channel; the result lies between its two sources, so that it needs no clipping. */
    private static void blendAlongRow(byte[] rgb, int from, FilterTaps columns, int[] result) {
        int[] starts = columns.start();
        int[] weights = columns.weights();
        for (int x = 0; x < starts.length; x++) {
            int p = from + starts[x] * 3;
            int weight = weights[2 * x + 1];
            result[3 * x] = blend(rgb[p] & 255, rgb[p + 3] & 255, weight);
            result[3 * x + 1] = blend(rgb[p + 1] & 255, rgb[p + 4] & 255, weight);
            result[3 * x + 2] = blend(rgb[p + 2] & 255, rgb[p + 5] & 255, weight);
        }
    }

    private static void blendRows(int[] upper, int[] lower, int lowerWeight, int[] result) {
        for (int i = 0; i < result.length; i++) {
            result[i] = blend(upper[i], lower[i], lowerWeight);
        }
    }

    private static int blend(int first, int second, int secondWeight) {
        return ((first << FilterTaps.BITS) + (second - first) * secondWeight + FilterTaps.HALF) >>> FilterTaps.BITS;
    }

    private static void addRow(int[] row, int weight, int[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += row[i] * weight;
        }
    }

    /** Sums to 8-bit values. Many taps can sum to a little more than 1. */
    private static void round(int[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] = Math.min(255, sum[i] >>> FilterTaps.BITS);
        }
    }
}
