package dev.imas.augment;

import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;

/**
 * Resizing as Pillow does it, byte for byte: pictures with the antialiased bilinear filter (along the rows first,
 * rounded to 8 bits, then along the columns), label maps by the nearest source pixel. Method section 2, golden README
 * section 9.
 *
 * <p>Each result can be limited to a window of the resized picture, optionally mirrored left to right, because a crop
 * usually follows: pixels that nobody will see are never computed, and the bytes are the same.
 */
public final class Resize {
    private Resize() {}

    /** The whole picture at width x height pixels. */
    public static RgbImage bilinear(RgbImage image, int width, int height) {
        RgbImage target = RgbImage.black(width, height);
        bilinear(image, width, height, new Window(0, 0, width, height), false, target);
        return target;
    }

    /** The whole label map at width x height pixels. */
    public static LabelMap nearest(LabelMap map, int width, int height) {
        return nearest(map, width, height, new Window(0, 0, width, height), false);
    }

    /**
     * Writes a window of the picture resized to width x height into the upper left corner of {@code target};
     * {@code mirrored}: the window's columns in reverse order.
     */
    static void bilinear(RgbImage image, int width, int height, Window window, boolean mirrored, RgbImage target) {
        window.requireInside(width, height);
        if (width == image.width() && height == image.height()) {
            copy(image, window, mirrored, target);
            return;
        }
        FilterTaps columns = FilterTaps.of(image.width(), width, window.x(), window.width());
        FilterTaps rows = FilterTaps.of(image.height(), height, window.y(), window.height());
        new Resampler(image, mirrored ? columns.mirrored() : columns, rows).run(target);
    }

    private static void copy(RgbImage image, Window window, boolean mirrored, RgbImage target) {
        for (int y = 0; y < window.height(); y++) {
            int from = ((window.y() + y) * image.width() + window.x()) * 3;
            int to = y * target.width() * 3;
            if (mirrored) {
                Flip.row(image.rgb(), from, window.width(), target.rgb(), to);
            } else {
                System.arraycopy(image.rgb(), from, target.rgb(), to, window.width() * 3);
            }
        }
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
}
