package dev.imas.annotations;

import java.util.BitSet;
import java.util.List;

/**
 * What closed lines surround, by the even-odd rule: a point belongs to it when a ray from it crosses the lines an odd
 * number of times. A centre on a line belongs to the region on its right, on a level line to the region below: regions
 * that share a border share no pixel and leave none out.
 *
 * @param rings corners x, y, x, y...; the last one joins the first
 */
record Outline(List<double[]> rings) implements Region {
    static Outline of(double... ring) {
        return new Outline(List.of(ring));
    }

    static Outline rectangle(double left, double top, double right, double bottom) {
        return of(left, top, right, top, right, bottom, left, bottom);
    }

    @Override
    public Box box(Frame frame) {
        double left = Double.POSITIVE_INFINITY;
        double top = Double.POSITIVE_INFINITY;
        double right = Double.NEGATIVE_INFINITY;
        double bottom = Double.NEGATIVE_INFINITY;
        for (double[] ring : rings) {
            for (int i = 0; i < ring.length; i += 2) {
                left = Math.min(left, ring[i]);
                right = Math.max(right, ring[i]);
                top = Math.min(top, ring[i + 1]);
                bottom = Math.max(bottom, ring[i + 1]);
            }
        }
        return frame.box(left, top, right, bottom);
    }

    /** Every line turns the pixels on its right over; those turned over an odd number of times remain. */
    @Override
    public BitSet covered(Frame frame, Box box) {
        BitSet turns = new BitSet(box.width() * box.height());
        for (double[] ring : rings) {
            for (int i = 0, last = ring.length - 2; i < ring.length; last = i, i += 2) {
                turn(
                        frame.column(ring[last]),
                        frame.row(ring[last + 1]),
                        frame.column(ring[i]),
                        frame.row(ring[i + 1]),
                        box,
                        turns);
            }
        }
        for (int row = 0; row < box.height(); row++) {
            fill(turns, row * box.width(), (row + 1) * box.width());
        }
        return turns;
    }

    /** Marks in every row the first pixel on the right of a line. */
    private static void turn(double x1, double y1, double x2, double y2, Box box, BitSet turns) {
        if (y1 == y2) {
            return;
        }
        if (y1 > y2) { // one way for both neighbours of a line, so that they agree on its pixels
            turn(x2, y2, x1, y1, box, turns);
            return;
        }
        int from = (int) Math.max(box.y(), Math.ceil(y1 - 0.5));
        int to = (int) Math.min(box.bottom(), Math.ceil(y2 - 0.5));
        double slope = (x2 - x1) / (y2 - y1);
        for (int row = from; row < to; row++) {
            double down = row + 0.5 - y1;
            int column = (int) Math.max(box.x(), Math.min(box.right(), Math.ceil(x1 + down * slope - 0.5)));
            if (column > box.x() && onRight(column - 1, x1, down, x2 - x1, y2 - y1)) { // the division rounds
                column--;
            } else if (column < box.right() && !onRight(column, x1, down, x2 - x1, y2 - y1)) {
                column++;
            }
            if (column < box.right()) {
                turns.flip(box.index(column, row));
            }
        }
    }

    private static boolean onRight(int column, double x1, double down, double across, double height) {
        return (column + 0.5 - x1) * height >= down * across;
    }

    private static void fill(BitSet turns, int from, int to) {
        int start = turns.nextSetBit(from);
        while (start >= 0 && start < to) {
            int next = turns.nextSetBit(start + 1);
            int end = next < 0 ? to : Math.min(next, to);
            turns.set(start, end);
            if (end == to) {
                return;
            }
            turns.clear(end);
            start = turns.nextSetBit(end + 1);
        }
    }
}
