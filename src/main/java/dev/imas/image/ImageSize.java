package dev.imas.image;

/**
 * The size arithmetic of the weak view's resize (golden README section 9, {@code resize_sizes}).
 *
 * @param width  pixels a row, at least 1
 * @param height rows, at least 1
 */
public record ImageSize(int width, int height) {
    public ImageSize {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture needs at least 1x1 pixels, got " + width + "x" + height);
        }
    }

    /** The long side becomes {@code longSide}, the short one follows in proportion, rounded half up, at least 1. */
    public ImageSize withLongSide(int longSide) {
        if (longSide < 1) {
            throw new IllegalArgumentException("the long side must be at least 1 pixel, got " + longSide);
        }
        return height > width
                ? new ImageSize(inProportion(width, longSide, height), longSide)
                : new ImageSize(longSide, inProportion(height, longSide, width));
    }

    /** Both sides times {@code scale}, rounded down, at least 1. */
    public ImageSize times(double scale) {
        if (!(scale > 0 && scale * Math.max(width, height) <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("a size of " + width + "x" + height + " cannot be scaled by " + scale);
        }
        return new ImageSize(Math.max(1, (int) (width * scale)), Math.max(1, (int) (height * scale)));
    }

    private static int inProportion(int shortSide, int newLong, int oldLong) {
        return Math.max(1, (int) ((double) newLong * shortSide / oldLong + 0.5));
    }
}
