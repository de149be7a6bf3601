package dev.imas.image;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Takes what a mask holds out of stored samples: palette indices, grey values or colours. */
final class MaskValues {
    private MaskValues() {}

    /**
     * The values of a mask; of several channels without a meaning the first.
     *
     * @param numbers whether objects are numbered, as they may be in 32 bits, with a sign or as floats
     * @param negated whether the file's least value is white, and no fax
     */
    static StoredMask of(Stored stored, boolean numbers, boolean negated) throws IOException {
        boolean plain = stored.kind() == Samples.Kind.UNSIGNED && stored.bits() <= 16;
        if (!plain && !numbers) {
            String depth = stored.bits() + (stored.bits() == 32 ? " bits or more" : " bits");
            throw ImageProblem.unread("has " + stored.kind() + " samples of " + depth
                    + "; a mask of classes has 1 to 16 unsigned bits: save it so (in numpy: astype(\"uint8\"), of whole"
                    + " numbers up to 255), or, if every object has a number of its own, set data.instances");
        }
        if (!plain && stored.meaning() != Stored.Meaning.GREY) {
            throw ImageProblem.unread("has colours of " + stored.bits() + "-bit " + stored.kind()
                    + " samples; numbers of objects are one channel");
        }
        if (stored.meaning() == Stored.Meaning.CMYK) {
            throw ImageProblem.unread("has the colours CMYK; save masks as a palette or grey PNG");
        }
        if (stored.meaning() == Stored.Meaning.GREY && stored.extras() > 1) {
            throw ImageProblem.unread("has " + (1 + stored.extras()) + " channels; a mask has one: save it as a"
                    + " palette or grey PNG");
        }
        boolean colour = stored.meaning() == Stored.Meaning.RGB && differs(stored);
        int[] values = new int[stored.pixels()];
        for (int i = 0, from = 0; i < values.length; i++, from += stored.channels()) {
            values[i] = colour ? colour(stored, from) : number(stored, from);
        }
        List<Integer> palette = Arrays.stream(stored.palette()).boxed().toList();
        boolean shape = hasShape(stored, values);
        return new StoredMask(stored.width(), stored.height(), values, colour, palette, shape, negated);
    }

    private static int number(Stored stored, int at) throws IOException {
        int whole = stored.values().whole(at);
        if (whole < 0 && stored.kind() == Samples.Kind.UNSIGNED) {
            throw ImageProblem.unread("holds the number " + Integer.toUnsignedString(whole)
                    + "; numbers of objects may be " + Integer.MAX_VALUE + " at most");
        }
        boolean fraction =
                stored.kind() == Samples.Kind.FLOAT && stored.values().number(at) != whole;
        if (whole < 0 || fraction) {
            throw ImageProblem.unread("holds the number "
                    + (fraction ? String.valueOf(stored.values().number(at)) : String.valueOf(whole))
                    + "; numbers of objects are whole and 0 or more, 0 where there is none");
        }
        return whole;
    }

    private static boolean differs(Stored stored) {
        Values values = stored.values();
        for (int from = 0; from < values.length(); from += stored.channels()) {
            if (values.whole(from) != values.whole(from + 1) || values.whole(from) != values.whole(from + 2)) {
                return true;
            }
        }
        return false;
    }

    private static int colour(Stored stored, int from) {
        int colour = 0;
        for (int c = 0; c < 3; c++) {
            colour = colour << 8 | Rgb.toByte(stored.values().whole(from + c), stored.bits()) & 255;
        }
        return colour;
    }

    /** Whether transparency tells more than the values do: what is transparent is more than the 0 around a shape. */
    private static boolean hasShape(Stored stored, int[] values) {
        if (stored.alpha() < 0) {
            return false;
        }
        boolean clear = false;
        boolean seen = false;
        boolean hidden = false;
        boolean several = false;
        for (int i = 0, from = stored.alpha(); i < values.length; i++, from += stored.channels()) {
            boolean transparent = stored.values().whole(from) == 0;
            clear |= transparent;
            seen |= !transparent;
            hidden |= transparent && values[i] != 0;
            several |= values[i] != values[0];
        }
        return clear && seen && (hidden || !several);
    }
}
