package dev.imas.plan;

import dev.imas.image.ImageSize;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What a plan needs to know of the pictures.
 *
 * @param labeled     labelled pictures to learn from
 * @param unlabeled   pictures without masks
 * @param validation  pictures to measure on
 * @param sizes       of some of the pictures, as they are stored; at least one
 * @param thinnest    pixels across the thinnest class, its area over half its outline; NaN: not known
 * @param thickest    the same of the thickest class
 * @param anyWayUp    nothing in the masks tells up from down, as under a microscope
 * @param loadSeconds to decode one picture on one core
 */
public record DataFacts(
        int labeled,
        int unlabeled,
        int validation,
        List<ImageSize> sizes,
        double thinnest,
        double thickest,
        boolean anyWayUp,
        double loadSeconds) {
    public DataFacts {
        sizes = List.copyOf(sizes);
        if (sizes.isEmpty()) {
            throw new IllegalArgumentException("no size is known");
        }
    }

    /** The middle of all widths and of all heights. */
    public ImageSize usual() {
        return at(0.5);
    }

    /** Which most pictures reach. */
    public ImageSize small() {
        return at(0.2);
    }

    private ImageSize at(double share) {
        return new ImageSize(at(share, ImageSize::width), at(share, ImageSize::height));
    }

    private int at(double share, ToIntFunction<ImageSize> side) {
        int[] sorted = sizes.stream().mapToInt(side).sorted().toArray();
        return sorted[(int) (share * (sorted.length - 1))];
    }
}
