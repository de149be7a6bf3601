package dev.imas.augment;

import dev.imas.image.FloatImage;
import dev.imas.image.ImageSize;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import java.util.Arrays;

/** {@link Resize} and {@link FloatResize} of a picture that is never in memory as a whole: the same values, by rows. */
public final class RowResize {
    private final ImageSize from;
    private final ImageSize to;
    private final FilterTaps columns;

    public RowResize(ImageSize from, ImageSize to) {
        this.from = from;
        this.to = to;
        columns = FilterTaps.of(from.width(), to.width(), 0, to.width());
    }

    /** Rows of a picture: from one up to, and without, another. */
    public record Rows(int from, int to) {}

    /** The source rows that some rows of the result are made of. */
    public Rows sources(int first, int count) {
        if (from.equals(to)) {
            return new Rows(first, first + count);
        }
        FilterTaps rows = rows(first, count);
        return new Rows(
                Arrays.stream(rows.start()).min().orElseThrow(),
                Arrays.stream(rows.start()).max().orElseThrow() + rows.taps());
    }

    private FilterTaps rows(int first, int count) {
        return FilterTaps.of(from.height(), to.height(), first, count);
    }

    /**
     * Some rows of the result.
     *
     * @param sources of the picture's width, with at least the rows of {@link #sources}
     * @param row     number of the sources' first row
     */
    public Picture rows(Picture sources, int row, int first, int count) {
        if (from.equals(to)) {
            if (row != first || sources.height() != count) {
                throw new IllegalArgumentException("rows " + first + ".. are wanted, these begin at " + row);
            }
            return sources;
        }
        FilterTaps rows = rows(first, count).from(row);
        if (sources instanceof FloatImage image) {
            FloatImage target = FloatImage.zeros(to.width(), count, image.channels());
            FloatResize.filter(image, columns, rows, target);
            return target;
        }
        RgbImage target = RgbImage.black(to.width(), count);
        new Resampler((RgbImage) sources, columns, rows).run(target);
        return target;
    }
}
