package dev.imas.augment;

import dev.imas.image.LabelMap;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Places a crop over foreground, for classes that a crop at a uniform place would hardly ever meet. Method section 2.
 */
final class Foreground {
    private static final int BACKGROUND = 0;
    private static final int VALUES = 256;

    private Foreground() {}

    /**
     * A pixel of a class other than the background: each class of the map is as likely, and each pixel of it. Draws, in
     * this order: the class, the pixel; nothing where there is none.
     */
    static Optional<Window> pixel(LabelMap map, DoubleSupplier uniform) {
        int[] pixels = new int[VALUES];
        for (byte label : map.labels()) {
            pixels[Byte.toUnsignedInt(label)]++;
        }
        pixels[BACKGROUND] = 0;
        pixels[LabelMap.IGNORE] = 0;
        int classes = 0;
        for (int count : pixels) {
            classes += count > 0 ? 1 : 0;
        }
        if (classes == 0) {
            return Optional.empty();
        }
        int label = nth(pixels, Draw.integer(uniform, 0, classes - 1));
        int place = place(map, label, Draw.integer(uniform, 0, pixels[label] - 1));
        return Optional.of(new Window(place % map.width(), place / map.width(), 1, 1));
    }

    /** The n-th value, from 0, that has pixels. */
    private static int nth(int[] pixels, int n) {
        int value = -1;
        for (int left = n; left >= 0; ) {
            left -= pixels[++value] > 0 ? 1 : 0;
        }
        return value;
    }

    /** The place in the map of the n-th pixel, from 0, with that label. */
    private static int place(LabelMap map, int label, int n) {
        int place = -1;
        for (int left = n; left >= 0; ) {
            left -= Byte.toUnsignedInt(map.labels()[++place]) == label ? 1 : 0;
        }
        return place;
    }

    /**
     * First row or column, drawn, of a crop that holds a given one.
     *
     * @param held   the row or column
     * @param length of the crop
     * @param side   of the picture; a shorter one is extended to the crop's length
     */
    static int crop(int held, int length, int side, DoubleSupplier uniform) {
        int last = Math.max(side, length) - length;
        return Draw.integer(uniform, Math.max(0, held - length + 1), Math.min(held, last));
    }
}
