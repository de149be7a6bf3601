package dev.imas.augment;

import dev.imas.image.RgbImage;

/** The luma of a colour (ITU-R 601-2 in 16-bit fixed point): (19595 R + 38470 G + 7471 B + 32768) >> 16. */
public final class Grey {
    private Grey() {}

    /** One byte a pixel, row-major. */
    public static byte[] of(RgbImage image) {
        byte[] rgb = image.rgb();
        byte[] grey = new byte[rgb.length / 3];
        for (int i = 0, p = 0; i < grey.length; i++, p += 3) {
            grey[i] = (byte) luma(rgb[p], rgb[p + 1], rgb[p + 2]);
        }
        return grey;
    }

    /** The mean grey value of the picture, rounded half up, 0..255. */
    static int mean(RgbImage image) {
        byte[] rgb = image.rgb();
        long sum = 0;
        for (int p = 0; p < rgb.length; p += 3) {
            sum += luma(rgb[p], rgb[p + 1], rgb[p + 2]);
        }
        return (int) ((double) sum / (rgb.length / 3) + 0.5);
    }

    /** 0..255 of one pixel, given as bytes. */
    static int luma(byte red, byte green, byte blue) {
        return (19595 * (red & 255) + 38470 * (green & 255) + 7471 * (blue & 255) + 32768) >> 16;
    }
}
