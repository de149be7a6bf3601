package dev.imas.data;

import java.util.List;

/**
 * The three collections of a run.
 *
 * @param labeled    pictures with masks to learn from
 * @param unlabeled  pictures alone; empty (size 0) is allowed for {@code supervised} only
 * @param validation pictures with masks to measure on
 * @param classNames one name a class
 * @param palette    one 0xRRGGBB a class
 */
public record Dataset(ImageSource labeled, ImageSource unlabeled, ImageSource validation, List<String> classNames, List<Integer> palette) {
    /** Opens what the configuration describes; reads the lists and checks that they are usable, not every file. */
    public static Dataset open(dev.imas.config.ImasConfig config) {
        throw new UnsupportedOperationException();
    }
}
