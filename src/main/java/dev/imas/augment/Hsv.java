package dev.imas.augment;

import dev.imas.image.RgbImage;

/**
 * Colours as hue, saturation and value, 8 bits each, with the roundings of Pillow (float32 ratios, double products).
 * Golden README section 9, hue.
 */
public final class Hsv {
    /** Saturation by value (largest channel) and chroma (largest minus smallest): index value*256 + chroma. */
    private static final byte[] SATURATION = new byte[1 << 16];
    /** Hue by largest channel (0 R, 1 G, 2 B), chroma and the difference of the two others: see {@link #hueIndex}. */
    private static final byte[] HUE = new byte[3 << 17];
    /**
     * Index as SATURATION: V | p << 8 | V*S << 16 (16 bits) of the colour's V, S and the smallest channel p they give.
     */
    private static final int[] OUTER = new int[1 << 16];
    /**
     * By hue: shifts that pick R, G and B of a sixth of the circle out of the packed values (V, p, m from the low byte
     * up; m is the channel between the largest and the smallest, q or t), red | green << 8 | blue << 16; and << 24 how
     * far m falls from V to p along that sixth, 0..255.
     */
    private static final int[] SIXTH = new int[256];

    private static final int V = 0;
    private static final int P = 8;
    private static final int M = 16;

    static {
        for (int value = 1; value < 256; value++) {
            for (int chroma = 1; chroma <= value; chroma++) {
                SATURATION[value << 8 | chroma] = (byte) (int) ((float) chroma / value * 255.0);
            }
        }
        for (int largest = 0; largest < 3; largest++) {
            for (int chroma = 1; chroma < 256; chroma++) {
                for (int difference = -chroma; difference <= chroma; difference++) {
                    HUE[hueIndex(largest, chroma, difference)] = (byte) hue(largest, chroma, difference);
                }
            }
        }
        int[][] picks = {{V, M, P}, {M, V, P}, {P, V, M}, {P, M, V}, {M, P, V}, {V, P, M}};
        for (int hue = 0; hue < 256; hue++) {
            int sixth = hue * 6 / 255;
            int along = hue * 6 % 255;
            int[] pick = picks[sixth % 6];
            SIXTH[hue] = pick[0] | pick[1] << 8 | pick[2] << 16 | (sixth % 2 == 0 ? 255 - along : along) << 24;
        }
        for (int value = 0; value < 256; value++) {
            for (int chroma = 0; chroma <= value; chroma++) {
                OUTER[value << 8 | chroma] = outer(value, SATURATION[value << 8 | chroma] & 255);
            }
        }
    }

    private Hsv() {}

    /**
     * The conversion as tables and integers, for whoever computes it elsewhere. With V and C the largest channel and
     * its distance to the smallest: S = saturation[256 V + C]; H = hue[2^17 L + 2^9 C + D + 256] with L, D = 0, G-B if
     * R is
     * the largest, else 1, B-R if G is, else 2, R-G. Back, with divisions that round down, the channels are three
     * values
     * v = V, p = (2V(255 - S) + 255) / 510 and m = (2V(65025 - S fall) + 65025) / 130050.
     *
     * @param saturation 2^16 entries
     * @param hue        3*2^17 entries
     * @param fall       by hue, 0..255
     * @param order      by channel R, G, B, by hue: which of the three values, counted from 0
     */
    public record Tables(byte[] saturation, byte[] hue, int[] fall, int[][] order) {}

    public static Tables tables() {
        int[][] order = new int[3][256];
        int[] fall = new int[256];
        for (int hue = 0; hue < 256; hue++) {
            fall[hue] = SIXTH[hue] >>> 24;
            for (int channel = 0; channel < 3; channel++) {
                order[channel][hue] = (SIXTH[hue] >> 8 * channel & 255) / 8;
            }
        }
        return new Tables(SATURATION.clone(), HUE.clone(), fall, order);
    }

    /** H, S, V in the place of R, G, B. */
    public static RgbImage of(RgbImage image) {
        byte[] source = image.rgb();
        byte[] hsv = new byte[source.length];
        for (int p = 0; p < hsv.length; p += 3) {
            int packed = fromRgb(source[p] & 255, source[p + 1] & 255, source[p + 2] & 255);
            hsv[p] = (byte) packed;
            hsv[p + 1] = (byte) (packed >> 8);
            hsv[p + 2] = (byte) (packed >> 16);
        }
        return new RgbImage(image.width(), image.height(), hsv);
    }

    /**
     * Turns the hue by {@code share} of the full circle, in [-1, 1]: H := (H + r(255 share)) mod 256 with r rounding
     * towards zero. A shift of 0 still passes through the 8-bit hue and loses what that loses.
     */
    public static RgbImage shiftHue(RgbImage image, double share) {
        if (!(Math.abs(share) <= 1)) {
            throw new IllegalArgumentException("a hue shift must be in [-1, 1], got " + share);
        }
        int shift = hueSteps(share);
        int[] turned = new int[256];
        for (int hue = 0; hue < 256; hue++) {
            turned[hue] = SIXTH[hue + shift & 255];
        }
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        for (int p = 0; p < rgb.length; p += 3) {
            int red = source[p] & 255;
            int green = source[p + 1] & 255;
            int blue = source[p + 2] & 255;
            int value = Math.max(red, Math.max(green, blue));
            int chroma = value - Math.min(red, Math.min(green, blue));
            int sixth = turned[HUE[hueIndex(red, green, blue, value, chroma)] & 255];
            int values = channels(OUTER[value << 8 | chroma], sixth);
            rgb[p] = (byte) (values >>> sixth);
            rgb[p + 1] = (byte) (values >>> (sixth >> 8));
            rgb[p + 2] = (byte) (values >>> (sixth >> 16));
        }
        return new RgbImage(image.width(), image.height(), rgb);
    }

    /** The shift of the 8-bit hue, modulo 256, that a share of the circle stands for. */
    public static int hueSteps(double share) {
        return (int) (share * 255) & 255;
    }

    /** H | S << 8 | V << 16 of a colour given in 0..255. */
    static int fromRgb(int red, int green, int blue) {
        int value = Math.max(red, Math.max(green, blue));
        int chroma = value - Math.min(red, Math.min(green, blue));
        return HUE[hueIndex(red, green, blue, value, chroma)] & 255
                | (SATURATION[value << 8 | chroma] & 255) << 8
                | value << 16;
    }

    /** R | G << 8 | B << 16 of hue, saturation, value given in 0..255. */
    static int toRgb(int hue, int saturation, int value) {
        int sixth = SIXTH[hue];
        int values = channels(outer(value, saturation), sixth);
        return values >>> sixth & 255 | (values >>> (sixth >> 8) & 255) << 8 | (values >>> (sixth >> 16) & 255) << 16;
    }

    /** An entry of OUTER: p = V(1 - S/255), rounded. */
    private static int outer(int value, int saturation) {
        return value | (2 * value * (255 - saturation) + 255) / 510 << 8 | value * saturation << 16;
    }

    /**
     * V | p << 8 | m << 16 with m = V(1 - S/255 * fall/255), rounded: (2(255*255 V - V*S*fall) + 255*255) /
     * (2*255*255),
     * the division by multiplication. For all 2^24 colours this is what Pillow's floating point gives.
     */
    private static int channels(int outer, int sixth) {
        int numerator = (outer & 255) * 130050 + 65025 - 2 * (outer >>> 16) * (sixth >>> 24);
        return outer & 0xffff | (int) (numerator * 33818121L >>> 42) << 16;
    }

    private static int hueIndex(int red, int green, int blue, int value, int chroma) {
        return red == value
                ? hueIndex(0, chroma, green - blue)
                : green == value ? hueIndex(1, chroma, blue - red) : hueIndex(2, chroma, red - green);
    }

    private static int hueIndex(int largest, int chroma, int difference) {
        return largest << 17 | chroma << 9 | difference + 256;
    }

    /**
     * The hue from the distances of the other two channels to the largest one, relative to the chroma; one of them is
     * the smallest channel, whose distance is the chroma itself, so that their difference determines both.
     */
    private static int hue(int largest, int chroma, int difference) {
        float first = (float) Math.min(chroma, chroma - difference) / chroma;
        float second = (float) Math.min(chroma, chroma + difference) / chroma;
        float sixths =
                switch (largest) {
                    case 0 -> second - first;
                    case 1 -> (float) (2.0 + second - first);
                    default -> (float) (4.0 + second - first);
                };
        float turn = (float) ((sixths / 6.0 + 1.0) % 1.0);
        return (int) (turn * 255.0);
    }
}
