package dev.imas.semi;

import dev.imas.common.Rng;

/** The law of the CutMix boxes (docs/method.md 3.4). */
public final class CutMixBoxes {
    private CutMixBoxes() {}

    /**
     * One box an image, of the same nominal size: floor(ratio*H) rows and floor(ratio*W) columns, around a centre
     * uniform in [floor(H/16), H) x [floor(W/16), W), half sides rounded down, clipped at the border.
     *
     * @param ratio side ratio in [0,1]
     * @return count boxes {top, left, bottom, right}, bottom and right exclusive; possibly empty
     */
    public static int[][] draw(Rng rng, int count, int height, int width, double ratio) {
        int[] rows = centres(rng, count, height);
        int[] columns = centres(rng, count, width);
        int halfHeight = (int) Math.floor(height * ratio) / 2;
        int halfWidth = (int) Math.floor(width * ratio) / 2;
        int[][] boxes = new int[count][];
        for (int i = 0; i < count; i++) {
            boxes[i] = new int[] {
                Math.max(rows[i] - halfHeight, 0),
                Math.max(columns[i] - halfWidth, 0),
                Math.min(rows[i] + halfHeight, height),
                Math.min(columns[i] + halfWidth, width)
            };
        }
        return boxes;
    }

    private static int[] centres(Rng rng, int count, int extent) {
        int[] centres = new int[count];
        for (int i = 0; i < count; i++) {
            centres[i] = rng.integer(extent / 16, extent);
        }
        return centres;
    }
}
