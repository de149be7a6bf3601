package dev.imas.verify.groups;

/** Which pixels of a gradient [images, classes, plane] are touched. */
final class PixelMask {
    private PixelMask() {}

    /** True where any class has a value other than exact zero (NaN included); [images, plane]. */
    static boolean[] nonZero(float[] values, int images, int classes, int plane) {
        boolean[] mask = new boolean[images * plane];
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                mask[i / (classes * plane) * plane + i % plane] = true;
            }
        }
        return mask;
    }

    static long count(boolean[] mask) {
        long count = 0;
        for (boolean set : mask) {
            count += set ? 1 : 0;
        }
        return count;
    }
}
