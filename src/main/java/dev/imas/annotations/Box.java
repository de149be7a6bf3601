package dev.imas.annotations;

/**
 * A rectangle of a picture's pixels; without any where a side is not above 0.
 *
 * @param x      its first column
 * @param y      its first row
 * @param width  columns
 * @param height rows
 */
record Box(int x, int y, int width, int height) {
    boolean isEmpty() {
        return width <= 0 || height <= 0;
    }

    int right() {
        return x + width;
    }

    int bottom() {
        return y + height;
    }

    /** What both have. */
    Box and(Box other) {
        int left = Math.max(x, other.x);
        int top = Math.max(y, other.y);
        return new Box(left, top, Math.min(right(), other.right()) - left, Math.min(bottom(), other.bottom()) - top);
    }

    /** The place of a pixel among all of the box, row after row. */
    int index(int column, int row) {
        return (row - y) * width + column - x;
    }

    /** The column of the pixel at a place. */
    int column(int index) {
        return x + index % width;
    }

    /** The row of the pixel at a place. */
    int row(int index) {
        return y + index / width;
    }
}
