package dev.imas.augment;

/**
 * Colours as hue, saturation and value, 8 bits each, with the roundings of Pillow (float32 ratios, double products).
 * Golden README section 9, hue.
 */
public final class Hsv {
    /** Saturation by value (largest channel) and chroma (largest minus smallest): index value*256 + chroma. */
    private static final byte[] SATURATION = new byte[1 << 16];
    /** Hue by largest channel (0 R, 1 G, 2 B), chroma and the difference of the two others: see {@link #hueIndex}. */
    private static final byte[] HUE = new byte[3 << 17];
    /** s/255 as float32. */
    private static final float[] SHARE = new float[256];
    /** Position of a hue within its sixth of the circle, as float32. */
    private static final float[] FRACTION = new float[256];
    /**
     * Shifts that pick R, G and B of a sixth out of the packed values (V, p, q, t from the low byte up), packed as
     * red | green << 8 | blue << 16; indexed by hue.
     */
    private static final int[] PICK = new int[256];

    private static final int V = 0;
    private static final int P = 8;
    private static final int Q = 16;
    private static final int T = 24;

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
        int[][] picks = {{V, T, P}, {Q, V, P}, {P, V, T}, {P, Q, V}, {T, P, V}, {V, P, Q}};
        for (int i = 0; i < 256; i++) {
            SHARE[i] = (float) (i / 255.0);
            int sixth = (int) (i * 6.0 / 255.0);
            FRACTION[i] = (float) (i * 6.0 / 255.0 - sixth);
            int[] pick = picks[sixth % 6];
            PICK[i] = pick[0] | pick[1] << 8 | pick[2] << 16;
        }
    }

    private Hsv() {
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
        byte[] source = image.rgb();
        byte[] rgb = new byte[source.length];
        for (int p = 0; p < rgb.length; p += 3) {
            int packed = fromRgb(source[p] & 255, source[p + 1] & 255, source[p + 2] & 255);
            int color = toRgb(packed + shift & 255, packed >> 8 & 255, packed >> 16);
            rgb[p] = (byte) color;
            rgb[p + 1] = (byte) (color >> 8);
            rgb[p + 2] = (byte) (color >> 16);
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
        int index = red == value ? hueIndex(0, chroma, green - blue)
                : green == value ? hueIndex(1, chroma, blue - red) : hueIndex(2, chroma, red - green);
        return HUE[index] & 255 | (SATURATION[value << 8 | chroma] & 255) << 8 | value << 16;
    }

    /** R | G << 8 | B << 16 of hue, saturation, value given in 0..255. */
    static int toRgb(int hue, int saturation, int value) {
        float share = SHARE[saturation];
        float fraction = FRACTION[hue];
        int p = round(value * (1.0 - share));
        int q = round(value * (1.0 - share * fraction));
        int t = round(value * (1.0 - share * (1.0 - fraction)));
        int values = value | p << 8 | q << 16 | t << 24;
        int pick = PICK[hue];
        return values >>> pick & 255 | (values >>> (pick >> 8) & 255) << 8 | (values >>> (pick >> 16) & 255) << 16;
    }

    private static int round(double x) {
        return (int) (x + 0.5);
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
        float sixths = switch (largest) {
            case 0 -> second - first;
            case 1 -> (float) (2.0 + second - first);
            default -> (float) (4.0 + second - first);
        };
        float turn = (float) ((sixths / 6.0 + 1.0) % 1.0);
        return (int) (turn * 255.0);
    }
}
