package dev.imas.predict;

import dev.imas.config.ImasConfig.LastWindow;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a tile or window lies along one side of a picture.
 *
 * @param start  first pixel
 * @param length pixels, at least 1
 */
record Span(int start, int length) {
    int end() {
        return start + length;
    }

    /**
     * Tiles that cover a side and overlap by so much at least, as evenly as starts at multiples of {@code unit} can
     * lie. All have the length {@code side}; the last one is moved in, and longer by what the picture's side is more
     * than a multiple of the unit. One that holds the whole side is not cut.
     *
     * @param side    multiple of unit
     * @param overlap below side
     */
    static List<Span> tiles(int extent, int side, int overlap, int unit) {
        if (extent < side + unit) {
            return List.of(new Span(0, extent));
        }
        int last = (extent - side) / unit * unit;
        int step = Math.max(unit, (side - overlap) / unit * unit);
        int count = (last + step - 1) / step + 1;
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < count - 1; i++) {
            spans.add(new Span((int) ((long) last * i / (count - 1)) / unit * unit, side));
        }
        spans.add(new Span(last, extent - last));
        return spans;
    }

    /**
     * The windows of method 5.
     *
     * @param last what is done with windows that reach over the end; a picture smaller than a window is one
     */
    static List<Span> windows(int extent, int side, LastWindow last) {
        int step = side * 2 / 3;
        List<Span> spans = new ArrayList<>();
        if (last == LastWindow.CUT) {
            for (int start = 0; start < extent; start += step) {
                spans.add(new Span(start, Math.min(side, extent - start)));
            }
            return spans;
        }
        int end = Math.max(0, extent - side);
        for (int start = 0; start < end; start += step) {
            spans.add(new Span(start, side));
        }
        spans.add(new Span(end, Math.min(side, extent)));
        return spans;
    }
}
