package dev.imas.augment;

import dev.imas.image.RgbImage;

/**
 * Normalisation to the statistics of ImageNet: (v/255 - mean) / std per channel in float32. Method section 2.
 */
public final class Normalization {
    /** R, G, B. */
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    /** R, G, B. */
    private static final float[] STD = {0.229f, 0.224f, 0.225f};
    /** Normalised value of every byte, by channel. */
    private static final float[][] VALUES = new float[3][256];

    static {
        for (int channel = 0; channel < 3; channel++) {
            for (int v = 0; v < 256; v++) {
                VALUES[channel][v] = (v / 255f - MEAN[channel]) / STD[channel];
            }
        }
    }

    private Normalization() {
    }

    /** The picture as 3*height*width values in the order C, H, W. */
    public static float[] toChw(RgbImage image) {
        float[] values = new float[image.rgb().length];
        toChw(image, values, 0);
        return values;
    }

    /** Writes the picture as 3*height*width values in the order C, H, W, from {@code offset} on. */
    public static void toChw(RgbImage image, float[] target, int offset) {
        byte[] rgb = image.rgb();
        if (offset < 0 || target.length - rgb.length < offset) {
            throw new IllegalArgumentException("a normalised picture of " + rgb.length + " values does not fit into " + target.length + " values from " + offset + " on");
        }
        int plane = rgb.length / 3;
        float[] red = VALUES[0];
        float[] green = VALUES[1];
        float[] blue = VALUES[2];
        for (int i = 0, p = 0; i < plane; i++, p += 3) {
            target[offset + i] = red[rgb[p] & 255];
            target[offset + plane + i] = green[rgb[p + 1] & 255];
            target[offset + 2 * plane + i] = blue[rgb[p + 2] & 255];
        }
    }
}
