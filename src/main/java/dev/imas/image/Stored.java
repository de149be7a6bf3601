package dev.imas.image;

/**
 * What a decoder finds in a file, before anything is made of it.
 *
 * @param width    pixels a row
 * @param height   rows
 * @param channels samples a pixel: those of the meaning, then extra ones
 * @param meaning  what the first samples of a pixel are
 * @param alpha    index of the channel that holds opacity, or -1
 * @param scaled   the colours were multiplied by the opacity
 * @param kind     what the samples are numbers of
 * @param bits     bits a sample
 * @param values   height*width*channels samples, row-major, the channels of one pixel side by side
 * @param palette  0xRRGGBB an index where the meaning is a palette, else empty
 */
record Stored(
        int width,
        int height,
        int channels,
        Meaning meaning,
        int alpha,
        boolean scaled,
        Samples.Kind kind,
        int bits,
        Values values,
        int[] palette) {
    /** What the first samples of a pixel stand for. */
    enum Meaning {
        /** 0 is black. */
        GREY(1),
        RGB(3),
        PALETTE(1),
        /** 0 is no ink. */
        CMYK(4);

        final int channels;

        Meaning(int channels) {
            this.channels = channels;
        }
    }

    private static final int[] NO_PALETTE = {};

    Stored {
        if (values.length() != Math.multiplyExact(Math.multiplyExact(width, height), channels)
                || channels < meaning.channels) {
            throw new IllegalArgumentException(
                    values.length() + " samples are not " + width + "x" + height + "x" + channels + " of " + meaning);
        }
    }

    /** 8-bit RGB without more. */
    static Stored rgb(int width, int height, byte[] rgb) {
        return bytes(width, height, 3, Meaning.RGB, -1, rgb);
    }

    /** 8 bits a sample, without a palette. */
    static Stored bytes(int width, int height, int channels, Meaning meaning, int alpha, byte[] values) {
        return new Stored(
                width,
                height,
                channels,
                meaning,
                alpha,
                false,
                Samples.Kind.UNSIGNED,
                8,
                new Values.Bytes(values),
                NO_PALETTE);
    }

    /** Whether the samples of the meaning are equal to those of 8-bit RGB. */
    boolean isRgb8() {
        return meaning == Meaning.RGB && channels == 3 && bits == 8 && values instanceof Values.Bytes;
    }

    /** Channels that are neither of the meaning nor opacity. */
    int extras() {
        return channels - meaning.channels - (alpha < 0 ? 0 : 1);
    }

    int pixels() {
        return width * height;
    }
}
