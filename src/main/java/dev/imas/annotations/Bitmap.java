package dev.imas.annotations;

import java.util.BitSet;

/**
 * Pixels of the annotated picture, one by one.
 *
 * @param x      column of the first
 * @param y      row of the first
 * @param width  columns
 * @param height rows
 * @param bits   which of them belong to the region, row after row
 */
record Bitmap(int x, int y, int width, int height, BitSet bits) implements Region {
    @Override
    public Box box(Frame frame) {
        return frame.box(x, y, (double) x + width, (double) y + height);
    }

    @Override
    public BitSet covered(Frame frame, Box box) {
        BitSet covered = new BitSet(box.width() * box.height());
        for (int row = box.y(); row < box.bottom(); row++) {
            int down = (int) Math.floor(frame.y(row)) - y;
            for (int column = box.x(); column < box.right(); column++) {
                int across = (int) Math.floor(frame.x(column)) - x;
                if (down >= 0 && down < height && across >= 0 && across < width && bits.get(down * width + across)) {
                    covered.set(box.index(column, row));
                }
            }
        }
        return covered;
    }
}
