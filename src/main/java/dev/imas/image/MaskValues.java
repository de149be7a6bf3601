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
     * @param numbers whether 32 bits are allowed, in which objects are numbered
     * @param negated whether the file's least value is white
     */
    static StoredMask of(Stored stored, boolean numbers, boolean negated) throws IOException {
        if (stored.kind() != Samples.Kind.UNSIGNED || stored.bits() > 16 && !numbers) {
            throw ImageProblem.unread("has " + stored.kind() + " samples of " + stored.bits()
                    + " bits; a mask has 1 to 16 unsigned bits"
                    + (stored.kind() == Samples.Kind.UNSIGNED ? ", or numbers of objects: set data.instances" : ""));
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
            values[i] = colour ? colour(stored, from) : stored.values().whole(from);
            if (values[i] < 0) {
                throw ImageProblem.unread("holds the number " + Integer.toUnsignedString(values[i])
                        + "; numbers of objects may be " + Integer.MAX_VALUE + " at most");
            }
        }
        List<Integer> palette = Arrays.stream(stored.palette()).boxed().toList();
        boolean shape = hasShape(stored, values);
        boolean unusual = negated && stored.bits() > 1; // two values are stored so by every fax
        return new StoredMask(stored.width(), stored.height(), values, colour, palette, shape, unusual);
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
