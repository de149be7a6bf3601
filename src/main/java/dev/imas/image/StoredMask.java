package dev.imas.image;

import java.util.List;

/**
 * What a mask file holds, before it is decided what its values mean.
 *
 * @param width   pixels a row, at least 1
 * @param height  rows, at least 1
 * @param values  height*width values, row-major: palette indices, grey values or instance numbers as stored, or colours
 *                0xRRGGBB where {@code colour}
 * @param colour  the file holds three channels that differ somewhere
 * @param palette one 0xRRGGBB an index where the values are palette indices, else empty
 * @param alpha   the file has transparent pixels beside opaque ones, and these have other values than 0 or all have the
 *                same, so that its shape may be in the alpha channel
 * @param negated the file says that its least value is white, and is no fax, where that is usual: the values are
 *                counted down from the highest, so that 0 is black
 */
public record StoredMask(
        int width, int height, int[] values, boolean colour, List<Integer> palette, boolean alpha, boolean negated) {
    private static final int GREY = 0x010101;

    /** One whose values are as the file has them. */
    public StoredMask(int width, int height, int[] values, boolean colour, List<Integer> palette, boolean alpha) {
        this(width, height, values, colour, palette, alpha, false);
    }

    public StoredMask {
        if (width < 1 || height < 1 || values.length != Math.multiplyExact(width, height)) {
            throw new IllegalArgumentException(
                    "a mask of " + width + "x" + height + " needs width*height values, got " + values.length);
        }
        palette = List.copyOf(palette);
    }

    /** What is known of one of its values. */
    public MaskValue value(int value) {
        if (colour) {
            return new MaskValue(MaskValue.NONE, value);
        }
        if (!palette.isEmpty()) {
            return new MaskValue(value, value < palette.size() ? palette.get(value) : MaskValue.NONE);
        }
        return new MaskValue(value, value < 256 ? value * GREY : MaskValue.NONE);
    }
}
