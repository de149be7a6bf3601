package dev.imas.export;

import dev.imas.image.Overlay;
import dev.imas.image.RgbImage;
import java.util.List;

/** The picture that a package is shown by: the trial's on the left, its classes' colours over it on the right. */
final class Cover {
    private static final double OPACITY = 0.6;
    /** Covers are to have less than 500 KB. */
    private static final int LARGEST = 256;

    private Cover() {}

    /** Twice as wide as high, the sides that programs show: of a larger picture its upper left part. */
    static RgbImage of(Trial trial, List<Integer> palette) {
        RgbImage picture = trial.picture();
        RgbImage classes = Overlay.blend(picture, trial.labels(), palette, OPACITY);
        int side = Math.min(LARGEST, Math.min(picture.width(), picture.height()));
        byte[] rgb = new byte[3 * 2 * side * side];
        for (int y = 0; y < side; y++) {
            int from = 3 * y * picture.width();
            System.arraycopy(picture.rgb(), from, rgb, 3 * y * 2 * side, 3 * side);
            System.arraycopy(classes.rgb(), from, rgb, 3 * (y * 2 * side + side), 3 * side);
        }
        return new RgbImage(2 * side, side, rgb);
    }
}
