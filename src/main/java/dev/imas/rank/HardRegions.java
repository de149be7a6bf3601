package dev.imas.rank;

import java.util.ArrayList;
import java.util.List;

/** The squares of a picture in which most is open, for who annotates parts of large pictures or looks there first. */
final class HardRegions {
    /** Of a picture. */
    static final int MOST = 3;

    /** A square's side is this part of the picture's shorter one. */
    private static final int PART = 4;
    /** Cells of a square's side: places that are tried lie a cell apart. */
    private static final int CELLS = 4;

    private static final int LARGEST_SIDE = 512;
    /** A further square must hold this much of what the first one does. */
    private static final double WORTH = 0.5;

    /**
     * A square in pixels of the picture.
     *
     * @param share mean of the pixels' weights in it, in (0,1]
     */
    record Region(int x, int y, int width, int height, double share) {
        boolean overlaps(Region other) {
            return x < other.x + other.width
                    && other.x < x + width
                    && y < other.y + other.height
                    && other.y < y + height;
        }
    }

    private HardRegions() {}

    /** The hardest first; none overlap. Empty where nothing is open. */
    static List<Region> of(DoubtMap map) {
        int side = Math.max(1, Math.min(LARGEST_SIDE, Math.min(map.width(), map.height()) / PART));
        int cell = Math.max(1, side / CELLS);
        int cells = Math.min(CELLS, side);
        double[][] sums = sums(map, cell);
        List<Region> found = new ArrayList<>();
        while (found.size() < MOST) {
            Region best = best(map, sums, cell, cells, found);
            if (best == null || !found.isEmpty() && best.share < WORTH * found.get(0).share) {
                break;
            }
            found.add(best);
        }
        return found;
    }

    /** What the cells left of and above each corner add up to, the corner's own not. */
    private static double[][] sums(DoubtMap map, int cell) {
        double[][] sums = new double[(map.height() + cell - 1) / cell + 1][(map.width() + cell - 1) / cell + 1];
        for (int y = 0, i = 0; y < map.height(); y++) {
            double[] row = sums[y / cell + 1];
            for (int x = 0; x < map.width(); x++, i++) {
                row[x / cell + 1] += map.weight(i);
            }
        }
        for (int r = 1; r < sums.length; r++) {
            for (int c = 1; c < sums[r].length; c++) {
                sums[r][c] += sums[r - 1][c] + sums[r][c - 1] - sums[r - 1][c - 1];
            }
        }
        return sums;
    }

    private static Region best(DoubtMap map, double[][] sums, int cell, int cells, List<Region> found) {
        Region best = null;
        for (int r = 0; r + cells < sums.length; r++) {
            for (int c = 0; c + cells < sums[r].length; c++) {
                double sum = sums[r + cells][c + cells] - sums[r][c + cells] - sums[r + cells][c] + sums[r][c];
                int width = Math.min(cells * cell, map.width() - c * cell);
                int height = Math.min(cells * cell, map.height() - r * cell);
                Region region = new Region(c * cell, r * cell, width, height, sum / ((double) width * height));
                boolean better = region.share > (best == null ? 0 : best.share);
                if (better && found.stream().noneMatch(region::overlaps)) {
                    best = region;
                }
            }
        }
        return best;
    }
}
