package dev.imas.nn;

import dev.imas.device.Torch;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tokens lie in a picture: a learned table [1,1+g*g,D] whose first row is the class token's, the others a square
 * of patches row by row, resized for pictures of other sizes.
 */
public final class PositionTable {
    /**
     * What DINOv2 adds to the wanted size before it divides by the table's, so that rounding never gives a row less.
     * Its weights were learned with the positions that follow from it.
     */
    public static final double OFFSET = 0.1;

    private PositionTable() {}

    /**
     * The table for h x w patches: bicubic (a = -0.75), corners not aligned, no antialiasing, by the factors (h + 0.1)
     * / g and (w + 0.1) / g; untouched where h = w = g. In float32 whatever the pass computes in.
     *
     * @param table f32 [1,1+g*g,D]
     * @return f32 [1,1+h*w,D], in the caller's PointerScope; the table itself where it is untouched
     */
    public static Tensor resized(Tensor table, long h, long w) {
        long side = Math.round(Math.sqrt(table.size(1) - 1));
        if (h == side && w == side) {
            return table;
        }
        return Torch.scoped(() -> {
            long width = table.size(2);
            Tensor classRow = table.narrow(1, 0, 1);
            Tensor square = table.narrow(1, 1, side * side)
                    .reshape(1, side, side, width)
                    .permute(0, 3, 1, 2);
            boolean alignCorners = false;
            Tensor patches = torch.upsample_bicubic2d(
                    square,
                    new long[] {h, w},
                    alignCorners,
                    new DoubleOptional((h + OFFSET) / side),
                    new DoubleOptional((w + OFFSET) / side));
            Tensor rows = patches.permute(0, 2, 3, 1).reshape(1, h * w, width);
            return torch.cat(new TensorVector(classRow, rows), 1);
        });
    }
}
