package dev.imas.export;

/**
 * In which tiles programs may cut pictures: of sides smallest + n * step, with a halo that is computed and left out.
 *
 * @param smallest side in pixels
 * @param step     in pixels; the network's stride divides what it sees of it
 * @param halo     pixels at each side of a tile; a convention, for the network sees the mean of the whole tile as well
 */
record TileSides(int smallest, int step, int halo) {
    private static final int SMALLEST = 128;
    private static final int STEP = 16;
    private static final int HALO = 32;

    /** @param scale by which the network sees pictures reduced: of a tile it is to see as much as without */
    static TileSides of(double scale) {
        int step = enlarged(STEP, scale);
        int steps = (enlarged(SMALLEST, scale) + step - 1) / step;
        return new TileSides(steps * step, step, enlarged(HALO, scale));
    }

    private static int enlarged(int pixels, double scale) {
        return (int) Math.ceil(pixels / scale);
    }

    /** The largest side that does not exceed so many pixels, which are the smallest side at least. */
    int within(int pixels) {
        return pixels - (pixels - smallest) % step;
    }
}
