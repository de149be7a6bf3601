package dev.imas.config;

import java.util.Locale;
import java.util.OptionalInt;

/** Colours as text. In memory a colour is a number 0xRRGGBB. */
public final class Colors {
    /** What messages ask for. */
    static final String EXPECTED = "a colour such as \"#80ff00\" (with the quotes), or its number such as 0x80ff00";

    private static final int WHITE = 0xffffff;

    private Colors() {}

    /** {@code #rrggbb}. */
    public static String hex(int color) {
        return String.format(Locale.ROOT, "#%06x", color & WHITE);
    }

    /** The colour that a text {@code #RRGGBB} names; empty for any other text. */
    public static OptionalInt ofHex(String text) {
        boolean matches = text.matches("#[0-9a-fA-F]{6}");
        return matches ? OptionalInt.of(Integer.parseInt(text.substring(1), 16)) : OptionalInt.empty();
    }

    /**
     * As {@link #ofHex}; also a number up to 0xffffff, behind 0x or in decimal, as earlier versions wrote palettes. Six
     * digits are none: 808000 is hardly the number, but an olive without its #.
     */
    public static OptionalInt parse(String text) {
        if (text.matches("0x[0-9a-fA-F]{1,6}")) {
            return OptionalInt.of(Integer.parseInt(text.substring(2), 16));
        }
        if (text.matches("0|[1-9][0-9]{0,7}") && text.length() != 6) {
            int number = Integer.parseInt(text);
            return number <= WHITE ? OptionalInt.of(number) : OptionalInt.empty();
        }
        return ofHex(text);
    }
}
