package dev.imas.semi;

import dev.imas.common.Rng;

/** The law of the CutMix boxes (docs/method.md 3.4). */
public final class CutMixBoxes {
    /** Of a box by area: its share of the image. */
    private static final double LEAST_AREA = 0.02;

    private static final double LARGEST_AREA = 0.4;
    /** Of its sides' ratio; the other end is the inverse. */
    private static final double LEAST_RATIO = 0.3;

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

    /**
     * UniMatch V2's law (docs/dino.md): a share of the area uniform in [0.02,0.4], then ratios of the sides uniform in
     * [0.3,1/0.3] and places uniform over the image until a box lies inside it; it is never clipped.
     *
     * @return {top, left, bottom, right}, bottom and right exclusive
     */
    static int[] byArea(Rng rng, int height, int width) {
        double area = rng.uniform(LEAST_AREA, LARGEST_AREA) * height * width;
        while (true) {
            double ratio = rng.uniform(LEAST_RATIO, 1 / LEAST_RATIO);
            int rows = (int) Math.sqrt(area * ratio);
            int columns = (int) Math.sqrt(area / ratio);
            int left = rng.integer(0, width);
            int top = rng.integer(0, height);
            if (left + columns <= width && top + rows <= height) {
                return new int[] {top, left, top + rows, left + columns};
            }
        }
    }

    private static int[] centres(Rng rng, int count, int extent) {
        int[] centres = new int[count];
        for (int i = 0; i < count; i++) {
            centres[i] = rng.integer(extent / 16, extent);
        }
        return centres;
    }
}
