package dev.imas.annotations;

import dev.imas.image.ImageSize;

/**
 * Where a picture's pixels lie among the coordinates of its annotations: the centre of the pixel in column i and row j
 * is at ({@code left + (i + 0.5) * step}, {@code top + (j + 0.5) * step}). Coordinates count pixels from the upper left
 * corner of the annotated picture, so that its first pixel has its centre at (0.5, 0.5).
 *
 * @param left   of the picture
 * @param top    of the picture
 * @param step   annotated pixels a pixel of the picture, above 0
 * @param width  pixels a row
 * @param height rows
 */
record Frame(double left, double top, double step, int width, int height) {
    /** Of a picture that was annotated as it is. */
    static Frame of(ImageSize size) {
        return new Frame(0, 0, 1, size.width(), size.height());
    }

    /** A coordinate in pixels of the picture. */
    double column(double x) {
        return (x - left) / step;
    }

    /** A coordinate in pixels of the picture. */
    double row(double y) {
        return (y - top) / step;
    }

    /** The annotated column in which the centres of a column lie. */
    double x(int column) {
        return left + (column + 0.5) * step;
    }

    /** The annotated row in which the centres of a row lie. */
    double y(int row) {
        return top + (row + 0.5) * step;
    }

    /** The pixels whose centres may lie within bounds given in coordinates of the annotations. */
    Box box(double fromX, double fromY, double toX, double toY) {
        int x = first(column(fromX), width);
        int y = first(row(fromY), height);
        return new Box(x, y, after(column(toX), width) - x, after(row(toY), height) - y);
    }

    private static int first(double from, int size) {
        return within(Math.ceil(from - 0.5), size);
    }

    private static int after(double to, int size) {
        return within(Math.floor(to - 0.5) + 1, size);
    }

    private static int within(double pixel, int size) {
        return (int) Math.max(0, Math.min(size, pixel));
    }
}
