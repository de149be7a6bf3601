package dev.imas.augment;

import dev.imas.common.Rng;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.Arrays;
import java.util.List;

/** Generated pictures and label maps for the tests of this package. */
final class TestPictures {
    /** Awkward sizes (width, height): single pixels, rows, columns, odd and even ones. */
    static final List<ImageSize> SIZES = List.of(
            new ImageSize(1, 1),
            new ImageSize(1, 7),
            new ImageSize(7, 1),
            new ImageSize(2, 2),
            new ImageSize(3, 3),
            new ImageSize(5, 4),
            new ImageSize(32, 17),
            new ImageSize(65, 48));

    private TestPictures() {}

    /** A gradient with noise. */
    static RgbImage picture(ImageSize size, long seed) {
        Rng rng = Rng.of(seed, "test picture");
        byte[] rgb = new byte[size.width() * size.height() * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.min(255, 200 * i / rgb.length + rng.integer(0, 60));
        }
        return new RgbImage(size.width(), size.height(), rgb);
    }

    /** Every value from 0 to 255, black and white more often than the others, as extremes are what clips. */
    static RgbImage noise(ImageSize size, long seed) {
        Rng rng = Rng.of(seed, "test noise");
        byte[] rgb = new byte[size.width() * size.height() * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.max(0, Math.min(255, rng.integer(-64, 320)));
        }
        return new RgbImage(size.width(), size.height(), rgb);
    }

    static RgbImage constant(ImageSize size, int red, int green, int blue) {
        byte[] rgb = new byte[size.width() * size.height() * 3];
        for (int p = 0; p < rgb.length; p += 3) {
            rgb[p] = (byte) red;
            rgb[p + 1] = (byte) green;
            rgb[p + 2] = (byte) blue;
        }
        return new RgbImage(size.width(), size.height(), rgb);
    }

    /** Labels 0..classes-1 and, rarely, 255. */
    static LabelMap labels(ImageSize size, int classes, long seed) {
        Rng rng = Rng.of(seed, "test labels");
        byte[] labels = new byte[size.width() * size.height()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) (rng.integer(0, 20) == 0 ? LabelMap.IGNORE : rng.integer(0, classes));
        }
        return new LabelMap(size.width(), size.height(), labels);
    }

    /** The pixels of a window inside the picture, one after the other. */
    static RgbImage part(RgbImage image, Window window) {
        return new RgbImage(window.width(), window.height(), part(image.rgb(), image.width(), 3, window));
    }

    static LabelMap part(LabelMap map, Window window) {
        return new LabelMap(window.width(), window.height(), part(map.labels(), map.width(), 1, window));
    }

    private static byte[] part(byte[] values, int width, int channels, Window window) {
        byte[] part = new byte[window.width() * window.height() * channels];
        int next = 0;
        for (int y = window.y(); y < window.y() + window.height(); y++) {
            for (int x = window.x() * channels; x < (window.x() + window.width()) * channels; x++) {
                part[next++] = values[y * width * channels + x];
            }
        }
        return part;
    }

    static RgbImage copy(RgbImage image) {
        return new RgbImage(image.width(), image.height(), image.rgb().clone());
    }

    static boolean same(RgbImage a, RgbImage b) {
        return a.width() == b.width() && a.height() == b.height() && Arrays.equals(a.rgb(), b.rgb());
    }

    static ImasConfig.Augment config(
            int cropHeight, int cropWidth, ImasConfig.ResizeMode mode, double min, double max, List<Integer> base) {
        return ConfigYaml.defaults().augment().with(augment -> augment.crop(List.of(cropHeight, cropWidth))
                .resize(mode)
                .resizeMin(min)
                .resizeMax(max)
                .resizeBase(base)
                .flip(0.5)
                .strongOps(2));
    }
}
