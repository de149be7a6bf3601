package dev.imas.annotations;

import java.util.BitSet;

/**
 * An upright ellipse with its line.
 *
 * @param x       of its centre
 * @param y       of its centre
 * @param radiusX half its width
 * @param radiusY half its height
 */
record Ellipse(double x, double y, double radiusX, double radiusY) implements Region {
    @Override
    public Box box(Frame frame) {
        return frame.box(x - radiusX, y - radiusY, x + radiusX, y + radiusY);
    }

    @Override
    public BitSet covered(Frame frame, Box box) {
        BitSet covered = new BitSet(box.width() * box.height());
        for (int row = box.y(); row < box.bottom(); row++) {
            double down = (frame.y(row) - y) / radiusY;
            for (int column = box.x(); column < box.right(); column++) {
                double across = (frame.x(column) - x) / radiusX;
                if (across * across + down * down <= 1) {
                    covered.set(box.index(column, row));
                }
            }
        }
        return covered;
    }
}
