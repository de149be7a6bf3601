package dev.imas.augment;

import dev.imas.common.Normalization;
import dev.imas.config.ImasConfig.Padding;
import dev.imas.image.FloatImage;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.Arrays;
import java.util.List;

/**
 * What a crop does to a picture smaller than itself: it is extended at the bottom and right, pictures with one colour
 * or a value a channel, label maps with {@link LabelMap#IGNORE}. Method section 2, golden README section 9.
 */
final class Crop {
    /** The mean colour of {@link Normalization}, rounded towards zero: R, G, B. */
    private static final byte[] MEAN = {meanOf(0), meanOf(1), meanOf(2)};

    private static final byte[] BLACK = {0, 0, 0};

    private Crop() {}

    private static byte[] colour(Padding padding) {
        return padding == Padding.BLACK ? BLACK : MEAN;
    }

    private static byte meanOf(int channel) {
        return (byte) (255 * Normalization.MEAN.get(channel));
    }

    /** The part of the window that the picture itself covers. */
    static Window covered(Window window, int width, int height) {
        if (window.x() >= width || window.y() >= height) {
            throw new IllegalArgumentException("a crop at (" + window.x() + ", " + window.y()
                    + ") begins outside a picture of " + width + "x" + height);
        }
        return new Window(
                window.x(),
                window.y(),
                Math.min(window.width(), width - window.x()),
                Math.min(window.height(), height - window.y()));
    }

    /**
     * A picture of that size whose padding begins to the right of and below the covered part; the rest is not filled.
     */
    static RgbImage extended(Window covered, int width, int height, Padding kind) {
        byte[] colour = colour(kind);
        RgbImage image = RgbImage.black(width, height);
        byte[] padding = new byte[width * 3];
        for (int i = 0; i < padding.length; i++) {
            padding[i] = colour[i % 3];
        }
        for (int y = 0; y < height; y++) {
            int kept = y < covered.height() ? covered.width() * 3 : 0;
            System.arraycopy(padding, kept, image.rgb(), y * padding.length + kept, padding.length - kept);
        }
        return image;
    }

    /** As {@link #extended(Window, int, int, Padding)}, of channels; {@code padding} has a value for each. */
    static FloatImage extended(Window covered, int width, int height, List<Double> padding) {
        FloatImage image = FloatImage.zeros(width, height, padding.size());
        for (int y = 0; y < height; y++) {
            for (int x = y < covered.height() ? covered.width() : 0; x < width; x++) {
                for (int c = 0; c < padding.size(); c++) {
                    image.values()[(y * width + x) * padding.size() + c] =
                            padding.get(c).floatValue();
                }
            }
        }
        return image;
    }

    /**
     * The picture extended at the bottom and right to at least the given size; the same object when it is that large.
     */
    static RgbImage pad(RgbImage image, int minWidth, int minHeight, Padding kind) {
        int width = Math.max(minWidth, image.width());
        int height = Math.max(minHeight, image.height());
        if (width == image.width() && height == image.height()) {
            return image;
        }
        RgbImage padded = extended(new Window(0, 0, image.width(), image.height()), width, height, kind);
        for (int y = 0; y < image.height(); y++) {
            System.arraycopy(image.rgb(), y * image.width() * 3, padded.rgb(), y * width * 3, image.width() * 3);
        }
        return padded;
    }

    /** As {@link #pad(RgbImage, int, int, Padding)}, of channels; {@code padding} has a value for each. */
    static FloatImage pad(FloatImage image, int minWidth, int minHeight, List<Double> padding) {
        int width = Math.max(minWidth, image.width());
        int height = Math.max(minHeight, image.height());
        if (width == image.width() && height == image.height()) {
            return image;
        }
        FloatImage padded = extended(new Window(0, 0, image.width(), image.height()), width, height, padding);
        int row = image.width() * image.channels();
        for (int y = 0; y < image.height(); y++) {
            System.arraycopy(image.values(), y * row, padded.values(), y * width * image.channels(), row);
        }
        return padded;
    }

    /**
     * The label map extended at the bottom and right to at least the given size; the same object when it is that large.
     */
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
