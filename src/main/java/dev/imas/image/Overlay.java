package dev.imas.image;

import dev.imas.common.UserException;
import java.util.List;

/** Lays the colours of a label map over its picture. */
public final class Overlay {
    private Overlay() {}

    /**
     * A new picture: per pixel and channel {@code round((1 - alpha) * picture + alpha * colour of its class)};
     * pixels labelled {@link LabelMap#IGNORE} stay as they are.
     *
     * @param palette one 0xRRGGBB a class, as in {@link IndexPng#write}
     * @param alpha   share of the class colour, in [0, 1]
     * @throws UserException when the sizes differ, alpha is out of range or the palette is unusable
     */
    public static RgbImage blend(RgbImage image, LabelMap map, List<Integer> palette, double alpha) {
        if (image.width() != map.width() || image.height() != map.height()) {
            throw new UserException("overlay: the picture is " + image.width() + "x" + image.height()
                    + " and the label map " + map.width() + "x" + map.height() + " pixels, expected equal sizes");
        }
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new UserException("overlay: alpha is " + alpha + ", expected 0 (picture alone) to 1 (labels alone)");
        }
        int[] colors = IndexPng.colors(palette);
        byte[] blended = image.rgb().clone();
        byte[] labels = map.labels();
        for (int i = 0; i < labels.length; i++) {
            int label = labels[i] & 255;
            if (label == LabelMap.IGNORE) {
                continue;
            }
            for (int channel = 0; channel < 3; channel++) {
                int color = colors[label] >> (16 - 8 * channel) & 255;
                int at = 3 * i + channel;
                blended[at] = (byte) Math.round((1 - alpha) * (blended[at] & 255) + alpha * color);
            }
        }
        return new RgbImage(image.width(), image.height(), blended);
    }
}
