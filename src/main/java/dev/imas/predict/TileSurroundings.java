package dev.imas.predict;

import dev.imas.device.Compute;
import dev.imas.nn.Surroundings;
import org.bytedeco.pytorch.Tensor;

/**
 * What a tile must know of its picture to be seen as a part of it: the picture's means, and where the cells of its own
 * maps lie between those of the whole picture's, which are stretched over each other from corner to corner.
 *
 * @param compute where the maps are
 * @param means   [1,C4,1,1] over the whole picture
 * @param rows    the whole picture's rows
 * @param columns and its columns
 * @param top     first row of the tile, a multiple of {@link Grid#UNIT}
 * @param left    first column
 */
record TileSurroundings(Compute compute, Tensor means, Grid rows, Grid columns, int top, int left)
        implements Surroundings {
    @Override
    public Tensor means(Tensor coarse) {
        return means.to(coarse.scalar_type());
    }

    @Override
    public Tensor enlarged(Tensor coarse, Tensor fine) {
        Tensor tall = along(coarse, 2, rows, top, (int) fine.size(2));
        return along(tall, 3, columns, left, (int) fine.size(3));
    }

    private Tensor along(Tensor x, int dimension, Grid grid, int start, int cells) {
        int last = (int) x.size(dimension) - 1;
        int[] lower = new int[cells];
        int[] upper = new int[cells];
        float[] share = new float[cells];
        for (int i = 0; i < cells; i++) {
            double place = grid.fine() == 1
                    ? 0
                    : (double) (start / Grid.FINE_PIXELS + i) * (grid.coarse() - 1) / (grid.fine() - 1)
                            - start / grid.coarsePixels();
            double inside = Math.max(0, Math.min(last, place));
            lower[i] = (int) inside;
            upper[i] = Math.min(last, lower[i] + 1);
            share[i] = (float) (inside - lower[i]);
        }
        return Lines.between(compute, x, dimension, lower, upper, share);
    }
}
