package dev.imas.image;

/**
 * One of the values that a mask holds.
 *
 * @param number as stored: a palette index, grey value or instance number; {@link #NONE} in a picture of colours
 * @param colour 0xRRGGBB that it is shown in; {@link #NONE} where the file does not say
 */
public record MaskValue(int number, int colour) {
    /** No number, or no colour. */
    public static final int NONE = -1;
}
