package dev.imas.report;

import dev.imas.image.RgbImage;

/** A picture in pale grey, coloured where two answers about it differ or the network is unsure. */
final class DoubtPicture {
    /** Colour of a pixel about which the answers differ. */
    static final int DIFFERENT = 0xd92d20;
    /** Colour that a pixel tends to the more, the less sure the network is. */
    static final int UNSURE = 0xf5a524;

    /** How far the picture stands back. */
    private static final double PALE = 0.65;

    private DoubtPicture() {}

    static RgbImage of(RankPage.Entry entry) {
        byte[] picture = entry.picture().rgb();
        byte[] rgb = new byte[picture.length];
        for (int i = 0; i < entry.unsure().length; i++) {
            float unsure = entry.unsure()[i];
            boolean different = unsure > 1;
            double strength = different ? 1 : Math.sqrt(unsure); // small doubts are seen, too
            int colour = different ? DIFFERENT : UNSURE;
            double grey = pale(picture, 3 * i);
            for (int channel = 0; channel < 3; channel++) {
                int full = colour >> (16 - 8 * channel) & 255;
                rgb[3 * i + channel] = (byte) Math.round((1 - strength) * grey + strength * full);
            }
        }
        return new RgbImage(entry.picture().width(), entry.picture().height(), rgb);
    }

    private static double pale(byte[] rgb, int at) {
        double mean = ((rgb[at] & 255) + (rgb[at + 1] & 255) + (rgb[at + 2] & 255)) / 3.0;
        return mean + PALE * (255 - mean);
    }
}
