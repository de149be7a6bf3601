package dev.imas.predict;

/**
 * The sizes of a network's maps along one side of a picture, which is reduced to 1/2 by the stem, to 1/4 by its
 * max-pooling, whose last window may reach over the end, and by half for each further stride.
 *
 * @param pixels       of the side, at least 1
 * @param fine         cells of the first stage and of the logits, one every 4 pixels
 * @param coarse       cells of the last stage
 * @param coarsePixels from one of those to the next: the output stride
 */
record Grid(int pixels, int fine, int coarse, int coarsePixels) {
    static final int FINE_PIXELS = 4;
    /** Tiles that begin at multiples of it have their cells where the whole picture has its own. */
    static final int UNIT = 16;

    static Grid of(int pixels, int outputStride) {
        int fine = half(pixels) / 2 + 1;
        int coarse = fine;
        for (int stride = FINE_PIXELS; stride < outputStride; stride *= 2) {
            coarse = half(coarse);
        }
        return new Grid(pixels, fine, coarse, outputStride);
    }

    private static int half(int cells) {
        return (cells + 1) / 2;
    }
}
