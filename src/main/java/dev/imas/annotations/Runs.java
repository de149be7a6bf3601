package dev.imas.annotations;

import dev.imas.image.LabelMap;
import java.util.Arrays;

/** Which pixels of a label map belong together: rows cut into runs of one label, and runs that share sides joined. */
final class Runs {
    private final int[] rows;
    private int[] starts = new int[1024];
    /** Of each run one that it is joined with, at last itself. */
    private int[] joined = new int[1024];

    private int count;

    private Runs(int height) {
        rows = new int[height + 1];
    }

    static Runs of(LabelMap map) {
        Runs runs = new Runs(map.height());
        for (int y = 0; y < map.height(); y++) {
            runs.addRow(map, y);
        }
        return runs;
    }

    private void addRow(LabelMap map, int y) {
        byte[] labels = map.labels();
        int row = y * map.width();
        int above = y == 0 ? 0 : rows[y - 1];
        rows[y] = count;
        for (int x = 0; x < map.width(); x++) {
            if (x == 0 || labels[row + x] != labels[row + x - 1]) {
                add(x);
            }
            if (y > 0) {
                above += above + 1 < rows[y] && starts[above + 1] <= x ? 1 : 0;
                if (labels[row + x] == labels[row + x - map.width()]) {
                    join(above, count - 1);
                }
            }
        }
        rows[y + 1] = count;
    }

    private void add(int start) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            joined = Arrays.copyOf(joined, 2 * count);
        }
        starts[count] = start;
        joined[count] = count;
        count++;
    }

    private void join(int one, int other) {
        int a = first(one);
        int b = first(other);
        joined[Math.max(a, b)] = Math.min(a, b);
    }

    private int first(int run) {
        int first = run;
        while (joined[first] != first) {
            joined[first] = joined[joined[first]];
            first = joined[first];
        }
        return first;
    }

    /** A number of the part that a pixel belongs to; that of its first run. */
    int part(int x, int y) {
        int found = Arrays.binarySearch(starts, rows[y], rows[y + 1], x);
        return first(found >= 0 ? found : -found - 2);
    }
}
