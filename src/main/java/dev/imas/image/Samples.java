package dev.imas.image;

import java.util.List;

/**
 * The stored samples of a picture file, before anything is made of them: no range or profile applied.
 * Turned as viewers show the file.
 *
 * @param width        pixels a row, at least 1
 * @param height       rows, at least 1
 * @param channels     samples a pixel, at least 1; alpha is no channel
 * @param kind         what the samples are numbers of
 * @param bits         bits a sample that the file gives: 1 to 32
 * @param values       height*width*channels stored values, row-major, the channels of one pixel side by side; exact for
 *                     whole numbers up to 24 bits
 * @param channelNames one name a channel where the file has them (OME-XML), else empty
 */
public record Samples(
        int width, int height, int channels, Kind kind, int bits, float[] values, List<String> channelNames) {
    /** What samples are numbers of. */
    public enum Kind {
        /** Whole numbers from 0. */
        UNSIGNED("unsigned"),
        /** Whole numbers of either sign. */
        SIGNED("signed"),
        /** IEEE 754, half or single. */
        FLOAT("fractional");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** For messages. */
        @Override
        public String toString() {
            return word;
        }
    }

    public Samples {
        if (width < 1
                || height < 1
                || channels < 1
                || values.length != Math.multiplyExact(Math.multiplyExact(width, height), channels)) {
            throw new IllegalArgumentException("samples of " + width + "x" + height + " with " + channels
                    + " channels need width*height*channels values, got " + values.length);
        }
        if (!channelNames.isEmpty() && channelNames.size() != channels) {
            throw new IllegalArgumentException(channels + " channels cannot have " + channelNames.size() + " names");
        }
        channelNames = List.copyOf(channelNames);
    }

    /**
     * Of planes that a program has in memory, copied: channels side by side from then on.
     *
     * @param planes one a channel, at least one, each of height*width values, row-major
     */
    public static Samples ofPlanes(int width, int height, Kind kind, int bits, List<float[]> planes) {
        int pixels = Math.multiplyExact(width, height);
        float[] values = new float[Math.multiplyExact(pixels, planes.size())];
        for (int c = 0; c < planes.size(); c++) {
            float[] plane = planes.get(c);
            if (plane.length != pixels) {
                throw new IllegalArgumentException("plane " + c + " of " + width + "x" + height
                        + " pixels needs width*height values, got " + plane.length);
            }
            for (int p = 0, to = c; p < pixels; p++, to += planes.size()) {
                values[to] = plane[p];
            }
        }
        return new Samples(width, height, planes.size(), kind, bits, values, List.of());
    }
}
