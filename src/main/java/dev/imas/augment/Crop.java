package dev.imas.augment;

import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.Arrays;

/**
 * Crops. A picture smaller than the crop is first extended at the bottom and right: pictures with the mean colour,
 * label maps with {@link LabelMap#IGNORE}. Method section 2, golden README section 9.
 */
public final class Crop {
    /** The mean colour of {@link Normalization}, rounded towards zero: R, G, B. */
    private static final byte[] PADDING = {123, 116, 103};

    private Crop() {
    }

    /** The window of the extended picture; it may reach beyond the picture to the right and below. */
    public static RgbImage of(RgbImage image, Window window) {
        Window covered = covered(window, image.width(), image.height());
        RgbImage crop = extended(covered, window.width(), window.height());
        Resize.bilinear(image, image.width(), image.height(), covered, false, crop);
        return crop;
    }

    /** The window of the extended label map; it may reach beyond the map to the right and below. */
    public static LabelMap of(LabelMap map, Window window) {
        Window covered = covered(window, map.width(), map.height());
        return pad(Resize.nearest(map, map.width(), map.height(), covered, false), window.width(), window.height());
    }

    /** The window of that size in the middle of the extended picture of the given size. */
    public static Window centred(ImageSize image, int width, int height) {
        return new Window((Math.max(image.width(), width) - width) / 2, (Math.max(image.height(), height) - height) / 2, width, height);
    }

    /** The part of the window that the picture itself covers. */
    static Window covered(Window window, int width, int height) {
        if (window.x() >= width || window.y() >= height) {
            throw new IllegalArgumentException("a crop at (" + window.x() + ", " + window.y() + ") begins outside a picture of " + width + "x" + height);
        }
        return new Window(window.x(), window.y(), Math.min(window.width(), width - window.x()), Math.min(window.height(), height - window.y()));
    }

    /** A picture of that size whose padding begins to the right of and below the covered part; the rest is not filled. */
    static RgbImage extended(Window covered, int width, int height) {
        RgbImage image = RgbImage.black(width, height);
        byte[] padding = new byte[width * 3];
        for (int i = 0; i < padding.length; i++) {
            padding[i] = PADDING[i % 3];
        }
        for (int y = 0; y < height; y++) {
            int kept = y < covered.height() ? covered.width() * 3 : 0;
            System.arraycopy(padding, kept, image.rgb(), y * padding.length + kept, padding.length - kept);
        }
        return image;
    }

    /** The label map extended at the bottom and right to at least the given size; the same object when it is that large. */
    static LabelMap pad(LabelMap map, int minWidth, int minHeight) {
        int width = Math.max(minWidth, map.width());
        int height = Math.max(minHeight, map.height());
        if (width == map.width() && height == map.height()) {
            return map;
        }
        byte[] labels = new byte[Math.multiplyExact(width, height)];
        Arrays.fill(labels, (byte) LabelMap.IGNORE);
        for (int y = 0; y < map.height(); y++) {
            System.arraycopy(map.labels(), y * map.width(), labels, y * width, map.width());
        }
        return new LabelMap(width, height, labels);
    }
}
