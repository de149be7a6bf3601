package dev.imas.predict;

import static org.bytedeco.pytorch.global.torch.zeros;

import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.image.ImageSize;
import dev.imas.nn.Bilinear;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Sums tiles of a map [1,C,h,w] from top to bottom and gives its finished rows, enlarged to the picture as the whole
 * map would be. Holds no more rows than a tile has, and one.
 */
final class BlendedRows {
    private final Compute compute;
    private final ImageSize map;
    private final ImageSize picture;
    private final Tensor sums;
    private int first; // row of the map at the beginning of the sums
    private int given; // rows of the picture that are given

    /**
     * @param map     size of the whole map
     * @param picture size of what it is enlarged to
     * @param tallest rows of the tallest tile of the map
     */
    BlendedRows(Compute compute, int classes, ImageSize map, ImageSize picture, int tallest) {
        this.compute = compute;
        this.map = map;
        this.picture = picture;
        sums = zeros(
                new long[] {1, classes, tallest + 1L, map.width()},
                new TensorOptions(ScalarType.Float).device(new DeviceOptional(compute.torchDevice())));
    }

    /**
     * Adds a tile.
     *
     * @param tile    [1,C,h',w']
     * @param top     its first row in the map
     * @param left    its first column
     * @param rows    weight of each row
     * @param columns weight of each column
     */
    void add(Tensor tile, int top, int left, float[] rows, float[] columns) {
        try (PointerScope scope = new PointerScope()) {
            Tensor weighted = tile.to(ScalarType.Float)
                    .mul(compute.upload(rows, 1, 1, rows.length, 1))
                    .mul_(compute.upload(columns, 1, 1, 1, columns.length));
            sums.narrow(2, top - first, rows.length)
                    .narrow(3, left, columns.length)
                    .add_(weighted);
        }
    }

    /** Rows of the picture that can be given once all rows of the map before this one are finished. */
    int ready(int finished) {
        if (finished == map.height()) {
            return picture.height();
        }
        int row = given;
        while (row < picture.height() && lower(row) + 1 < finished) {
            row++;
        }
        return row;
    }

    private double place(int row) {
        return picture.height() == 1 ? 0 : (double) row * (map.height() - 1) / (picture.height() - 1);
    }

    private int lower(int row) {
        return (int) place(row);
    }

    /** The next rows [1,C,count,W] of the enlarged map, in the caller's scope. */
    Tensor next(int count) {
        return Torch.scoped(() -> {
            int[] lower = new int[count];
            int[] upper = new int[count];
            float[] share = new float[count];
            for (int i = 0; i < count; i++) {
                int cell = lower(given + i);
                share[i] = (float) (place(given + i) - cell);
                lower[i] = cell - first;
                upper[i] = Math.min(map.height() - 1, cell + 1) - first;
            }
            given += count;
            Tensor rows = map.height() == picture.height()
                    ? sums.narrow(2, lower[0], count)
                    : Lines.between(compute, sums, 2, lower, upper, share);
            return map.width() == picture.width()
                    ? rows.contiguous()
                    : Bilinear.enlarged(rows.contiguous(), count, picture.width());
        });
    }

    /** Lets go of the rows that are no longer needed, and begins those of the next row of tiles at zero. */
    void moveTo(int top) {
        int keep = Math.min(top, given < picture.height() ? lower(given) : top);
        try (PointerScope scope = new PointerScope()) {
            long rows = sums.size(2);
            long gone = keep - first;
            if (gone < rows) {
                sums.narrow(2, 0, rows - gone)
                        .copy_(sums.narrow(2, gone, rows - gone).clone());
            }
            long kept = Math.max(0, rows - gone);
            sums.narrow(2, kept, rows - kept).zero_();
        }
        first = keep;
    }
}
