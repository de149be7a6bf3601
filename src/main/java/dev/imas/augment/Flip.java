package dev.imas.augment;

import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;

/** Left-right flips. Method section 2. */
public final class Flip {
    private Flip() {}

    public static RgbImage horizontal(RgbImage image) {
        RgbImage flipped = RgbImage.black(image.width(), image.height());
        for (int row = 0; row < image.rgb().length; row += image.width() * 3) {
            row(image.rgb(), row, image.width(), flipped.rgb(), row);
        }
        return flipped;
    }

    /** Copies so many pixels from byte {@code from} on, in reverse order, to byte {@code to} and the following ones. */
    static void row(byte[] source, int from, int pixels, byte[] target, int to) {
        for (int p = from + 3 * (pixels - 1), q = to; p >= from; p -= 3, q += 3) {
            target[q] = source[p];
            target[q + 1] = source[p + 1];
            target[q + 2] = source[p + 2];
        }
    }

    public static LabelMap horizontal(LabelMap map) {
        byte[] source = map.labels();
        byte[] labels = new byte[source.length];
        for (int row = 0; row < source.length; row += map.width()) {
            for (int from = row, to = row + map.width() - 1; from < row + map.width(); from++, to--) {
                labels[to] = source[from];
            }
        }
        return new LabelMap(map.width(), map.height(), labels);
    }
}
