package dev.imas.augment;

import dev.imas.image.FloatImage;
import java.util.Arrays;

/**
 * {@link Resize} for channels of floats: the same antialiased bilinear filter, along the rows first and then along the
 * columns, in float32 and without rounding between.
 */
public final class FloatResize {
    private FloatResize() {}

    /** The whole picture at width x height pixels. */
    public static FloatImage bilinear(FloatImage image, int width, int height) {
        FloatImage target = FloatImage.zeros(width, height, image.channels());
        bilinear(image, width, height, new Window(0, 0, width, height), false, target);
        return target;
    }

    /**
     * Writes a window of the picture resized to width x height into the upper left corner of {@code target};
     * {@code mirrored}: the window's columns in reverse order.
     */
    static void bilinear(FloatImage image, int width, int height, Window window, boolean mirrored, FloatImage target) {
        window.requireInside(width, height);
        FilterTaps columns = FilterTaps.of(image.width(), width, window.x(), window.width());
        FilterTaps rows = FilterTaps.of(image.height(), height, window.y(), window.height());
        filter(image, mirrored ? columns.mirrored() : columns, rows, target);
    }

    /** A source row is filtered along the row when an output first needs it, and kept as long as one does. */
    static void filter(FloatImage image, FilterTaps columns, FilterTaps rows, FloatImage target) {
        int n = columns.outputs() * image.channels();
        float[][] kept = new float[rows.taps()][n];
        float[] sum = new float[n];
        int next = 0;
        for (int y = 0; y < rows.outputs(); y++) {
            int start = rows.start()[y];
            for (next = Math.max(next, start); next < start + rows.taps(); next++) {
                alongRow(image, next, columns, kept[next % rows.taps()]);
            }
            Arrays.fill(sum, 0);
            for (int tap = 0; tap < rows.taps(); tap++) {
                add(kept[(start + tap) % rows.taps()], weight(rows, tap, y), sum);
            }
            int to = y * target.width() * image.channels();
            for (int i = 0; i < n; i++) {
                target.values()[to + i] = Math.min(1, sum[i]);
            }
        }
    }

    private static void alongRow(FloatImage image, int row, FilterTaps columns, float[] result) {
        int channels = image.channels();
        int begin = row * image.width() * channels;
        for (int x = 0; x < columns.outputs(); x++) {
            int from = begin + columns.start()[x] * channels;
            for (int c = 0; c < channels; c++) {
                float sum = 0;
                for (int tap = 0; tap < columns.taps(); tap++) {
                    sum += weight(columns, tap, x) * image.values()[from + tap * channels + c];
                }
                result[x * channels + c] = Math.min(1, sum); // weights sum to 1 up to rounding
            }
        }
    }

    private static void add(float[] row, float weight, float[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * row[i];
        }
    }

    private static float weight(FilterTaps taps, int tap, int output) {
        return taps.weights()[tap][output] * (1f / (1 << FilterTaps.BITS));
    }
}
