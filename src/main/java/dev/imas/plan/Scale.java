package dev.imas.plan;

import dev.imas.image.ImageSize;
import java.util.Arrays;

/** Factors by which pictures are reduced, largest first. */
enum Scale {
    WHOLE(1, ""),
    THREE_QUARTERS(0.75, " at three quarters of the size"),
    HALF(0.5, " at half size"),
    THIRD(0.3333, " at a third of the size"),
    QUARTER(0.25, " at a quarter of the size"),
    SIXTH(0.1667, " at a sixth of the size"),
    EIGHTH(0.125, " at an eighth of the size"),
    TWELFTH(0.0833, " at a twelfth of the size"),
    SIXTEENTH(0.0625, " at a sixteenth of the size");

    /** Below this many pixels across, a class is lost on the network's own small logits. */
    private static final double LEAST_THICKNESS = 2;
    /** A picture may be that much longer than aimed at before it is reduced. */
    private static final double TOLERANCE = 1.2;

    final double factor;
    final String words;

    Scale(double factor, String words) {
        this.factor = factor;
        this.words = words;
    }

    /**
     * The largest that brings pictures down to a long side, unless a class would become too thin.
     *
     * @param thinnest pixels across the thinnest class; NaN: not known
     */
    static Scale of(ImageSize picture, double longSide, double thinnest) {
        Scale chosen = WHOLE;
        for (Scale scale : values()) {
            boolean keepsClasses = Double.isNaN(thinnest) || thinnest * scale.factor >= LEAST_THICKNESS;
            if (scale != WHOLE && !keepsClasses) {
                break;
            }
            chosen = scale;
            if (Math.max(picture.width(), picture.height()) * scale.factor <= TOLERANCE * longSide) {
                break;
            }
        }
        return chosen;
    }

    /** How a factor is told; empty where it changes nothing. */
    static String words(double factor) {
        return Arrays.stream(values())
                .filter(scale -> Math.abs(scale.factor - factor) < 0.001)
                .findFirst()
                .map(scale -> scale.words)
                .orElse(" at " + Math.round(100 * factor) + " % of the size");
    }
}
