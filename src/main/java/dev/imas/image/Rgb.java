package dev.imas.image;

import java.io.IOException;

/**
 * Makes 8-bit RGB of stored samples: grey is repeated, palettes are looked up, opacity is dropped, of more than 8 bits
 * the upper 8 are kept, fewer are stretched to 0..255, inks are multiplied out. Colour profiles are not applied:
 * networks are trained on stored values everywhere, and the conversion would cost more than the decoding.
 */
final class Rgb {
    private Rgb() {}

    /** The largest sample of 16 bits below which a picture would keep less than 32 of 256 levels. */
    static final int DARK = 1 << 13;

    /** Throws where samples are signed, fractional, of more than 16 bits, or channels have no place in RGB. */
    static RgbImage of(Stored stored) throws IOException {
        if (stored.isRgb8()) {
            return new RgbImage(stored.width(), stored.height(), ((Values.Bytes) stored.values()).array());
        }
        requirePicture(stored);
        requireRange(stored);
        byte[] rgb = new byte[Math.multiplyExact(stored.pixels(), 3)];
        switch (stored.meaning()) {
            case PALETTE -> fromPalette(stored, rgb);
            case CMYK -> fromInks(stored, rgb);
            default -> fromSamples(stored, rgb);
        }
        return new RgbImage(stored.width(), stored.height(), rgb);
    }

    private static void requirePicture(Stored stored) throws IOException {
        if (stored.kind() != Samples.Kind.UNSIGNED || stored.bits() > 16) {
            throw ImageProblem.unread("has " + stored.kind() + " samples of " + stored.bits()
                    + " bits; only 1 to 16 unsigned bits are read as they are: set data.range and data.channels");
        }
        if (stored.meaning() == Stored.Meaning.GREY && stored.extras() > 0) {
            throw ImageProblem.unread("has " + (1 + stored.extras())
                    + " channels; only grey and RGB pictures are read as they are: set data.channels");
        }
    }

    /** 12 bits in a file of 16 would become black. */
    private static void requireRange(Stored stored) throws IOException {
        if (stored.bits() != 16
                || stored.meaning() == Stored.Meaning.PALETTE
                || stored.meaning() == Stored.Meaning.CMYK) {
            return;
        }
        int low = 0xFFFF;
        int high = 0;
        int colours = stored.meaning().channels;
        for (int i = 0; i < stored.values().length(); i += stored.channels()) {
            for (int c = 0; c < colours; c++) {
                int value = stored.values().whole(i + c);
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        if (high > 0 && high < DARK) {
            throw ImageProblem.unread("uses " + low + " to " + high + " of its 16-bit range 0 to 65535 and would become"
                    + " almost black: set data.range");
        }
    }

    /** A sample of so many bits in 8. */
    static byte toByte(int sample, int bits) {
        return (byte) (bits >= 8 ? sample >> bits - 8 : sample * 255 / ((1 << bits) - 1));
    }

    private static void fromPalette(Stored stored, byte[] rgb) throws IOException {
        int[] palette = stored.palette();
        for (int i = 0, from = 0; i < rgb.length; i += 3, from += stored.channels()) {
            int colour = lookUp(palette, stored.values().whole(from));
            rgb[i] = (byte) (colour >> 16);
            rgb[i + 1] = (byte) (colour >> 8);
            rgb[i + 2] = (byte) colour;
        }
    }

    static int lookUp(int[] palette, int index) throws IOException {
        if (index >= palette.length) {
            throw ImageProblem.damaged(
                    "it holds the palette index " + index + ", its palette has " + palette.length + " colours");
        }
        return palette[index];
    }

    private static void fromSamples(Stored stored, byte[] rgb) {
        Values values = stored.values();
        int green = stored.meaning() == Stored.Meaning.GREY ? 0 : 1;
        int bits = stored.bits();
        for (int i = 0, from = 0; i < rgb.length; i += 3, from += stored.channels()) {
            int opacity = stored.scaled() ? values.whole(from + stored.alpha()) : 0;
            rgb[i] = toByte(unscaled(values.whole(from), opacity, bits), bits);
            rgb[i + 1] = toByte(unscaled(values.whole(from + green), opacity, bits), bits);
            rgb[i + 2] = toByte(unscaled(values.whole(from + 2 * green), opacity, bits), bits);
        }
    }

    /** The sample before it was multiplied by its opacity; 0 is nothing to divide by. */
    private static int unscaled(int sample, int opacity, int bits) {
        int full = (1 << bits) - 1;
        return opacity == 0 ? sample : (int) Math.min(full, (2L * sample * full + opacity) / (2L * opacity));
    }

    /** Each ink takes its share of the light that black leaves. */
    private static void fromInks(Stored stored, byte[] rgb) {
        int bits = stored.bits();
        for (int i = 0, from = 0; i < rgb.length; i += 3, from += stored.channels()) {
            int light = 255 - (toByte(stored.values().whole(from + 3), bits) & 255);
            for (int c = 0; c < 3; c++) {
                int ink = toByte(stored.values().whole(from + c), bits) & 255;
                rgb[i + c] = (byte) ((light * (255 - ink) + 127) / 255);
            }
        }
    }
}
