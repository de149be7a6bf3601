package dev.imas.augment;

/**
 * A rectangle of pixels.
 *
 * @param x      left column, at least 0
 * @param y      top row, at least 0
 * @param width  columns, at least 1
 * @param height rows, at least 1
 */
public record Window(int x, int y, int width, int height) {
    public Window {
        if (x < 0 || y < 0 || width < 1 || height < 1) {
            throw new IllegalArgumentException("a window needs x, y >= 0 and a size of at least 1x1, got " + width + "x"
                    + height + " at (" + x + ", " + y + ")");
        }
    }

    void requireInside(int imageWidth, int imageHeight) {
        if (x > imageWidth - width || y > imageHeight - height) {
            throw new IllegalArgumentException("a window of " + width + "x" + height + " at (" + x + ", " + y
                    + ") does not fit into " + imageWidth + "x" + imageHeight + " pixels");
        }
    }
}
