package dev.imas.augment;

import dev.imas.image.RgbImage;

/**
 * Operations that map each channel's value through a table of 256 entries: invert, posterize, solarize, autocontrast,
 * equalize. None changes its argument. Golden README section 9.
 */
public final class Tone {
    private Tone() {}

    /** 255 - x. */
    public static RgbImage invert(RgbImage image) {
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ~source[i];
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    /** Keeps the {@code bits} highest bits of each value; bits in 0..8. */
    public static RgbImage posterize(RgbImage image, int bits) {
        if (bits < 0 || bits > 8) {
            throw new IllegalArgumentException("posterize keeps 0 to 8 bits, got " + bits);
        }
        byte mask = (byte) (255 << (8 - bits));
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (source[i] & mask);
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    /** Inverts the values from {@code threshold} on; 256 leaves all as they are. */
    public static RgbImage solarize(RgbImage image, int threshold) {
        byte[] table = new byte[256];
        for (int i = 0; i < 256; i++) {
            table[i] = (byte) (i < threshold ? i : 255 - i);
        }
        return map(image, table);
    }

    /** Stretches each channel so that its smallest value becomes 0 and its largest 255; constant channels stay. */
    public static RgbImage autocontrast(RgbImage image) {
        boolean[][] present = new boolean[3][256];
        byte[] rgb = image.rgb();
        boolean[] red = present[0];
        boolean[] green = present[1];
        boolean[] blue = present[2];
        for (int p = 0; p < rgb.length; p += 3) {
            red[rgb[p] & 255] = true;
            green[rgb[p + 1] & 255] = true;
            blue[rgb[p + 2] & 255] = true;
        }
        return map(image, stretch(red), stretch(green), stretch(blue));
    }

    private static byte[] stretch(boolean[] present) {
        int lo = 0;
        while (!present[lo]) {
            lo++;
        }
        int hi = 255;
        while (!present[hi]) {
            hi--;
        }
        byte[] table = new byte[256];
        double scale = 255.0 / (hi - lo);
        double offset = -lo * scale;
        for (int i = 0; i < 256; i++) {
            table[i] = (byte) (hi <= lo ? i : Math.max(0, Math.min(255, (int) (i * scale + offset))));
        }
        return table;
    }

    /** Spreads each channel's values so that their histogram becomes as even as it can; constant channels stay. */
    public static RgbImage equalize(RgbImage image) {
        int[] red = new int[256];
        int[] green = new int[256];
        int[] blue = new int[256];
        byte[] rgb = image.rgb();
        for (int p = 0; p < rgb.length; p += 3) {
            red[rgb[p] & 255]++;
            green[rgb[p + 1] & 255]++;
            blue[rgb[p + 2] & 255]++;
        }
        int pixels = rgb.length / 3;
        return map(image, spread(red, pixels), spread(green, pixels), spread(blue, pixels));
    }

    private static byte[] spread(int[] histogram, int pixels) {
        int last = 255;
        while (histogram[last] == 0) {
            last--;
        }
        // With one value present this is 0 as well.
        int step = (pixels - histogram[last]) / 255;
        byte[] table = new byte[256];
        long below = step / 2;
        for (int i = 0; i < 256; i++) {
            table[i] = (byte) (step == 0 ? i : Math.min(255, below / step));
            below += histogram[i];
        }
        return table;
    }

    /** Every channel through one table. */
    static RgbImage map(RgbImage image, byte[] table) {
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = table[source[i] & 255];
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    private static RgbImage map(RgbImage image, byte[] red, byte[] green, byte[] blue) {
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        for (int p = 0; p < rgb.length; p += 3) {
            rgb[p] = red[source[p] & 255];
            rgb[p + 1] = green[source[p + 1] & 255];
            rgb[p + 2] = blue[source[p + 2] & 255];
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }
}
