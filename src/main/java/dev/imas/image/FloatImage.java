package dev.imas.image;

/**
 * A picture of any number of channels that are no colours, such as those of a microscope or a satellite.
 *
 * @param width    pixels a row, at least 1
 * @param height   rows, at least 1
 * @param channels values a pixel, at least 1
 * @param values   height*width*channels numbers in [0,1], row-major, the channels of one pixel side by side
 */
public record FloatImage(int width, int height, int channels, float[] values) implements Picture {
    public FloatImage {
        if (width < 1 || height < 1 || channels < 1 || values.length != size(width, height, channels)) {
            throw new IllegalArgumentException("an image of " + width + "x" + height + " with " + channels
                    + " channels needs width*height*channels values, got " + values.length);
        }
    }

    /** A picture of zeros. */
    public static FloatImage zeros(int width, int height, int channels) {
        return new FloatImage(width, height, channels, new float[size(width, height, channels)]);
    }

    private static int size(int width, int height, int channels) {
        return Math.multiplyExact(Math.multiplyExact(width, height), channels);
    }
}
