package dev.imas.image;

/**
 * One class index per pixel; 255 is ignored.
 *
 * @param width  pixels a row, at least 1
 * @param height rows, at least 1
 * @param labels height*width bytes, row-major
 */
public record LabelMap(int width, int height, byte[] labels) {
    /** The label that takes no part in any loss or count. */
    public static final int IGNORE = 255;

    public LabelMap {
        if (width < 1 || height < 1 || labels.length != Math.multiplyExact(width, height)) {
            throw new IllegalArgumentException(
                    "a label map of " + width + "x" + height + " needs width*height bytes, got " + labels.length);
        }
    }
}
