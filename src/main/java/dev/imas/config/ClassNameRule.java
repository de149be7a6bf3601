package dev.imas.config;

import dev.imas.common.Printable;
import java.util.regex.Pattern;

/** What a class may be called, wherever the name was read: names go to terminals, tables and pages. */
public final class ClassNameRule {
    /** What messages ask for. */
    public static final String EXPECTED = "a name of one line and up to 200 characters, no formula";

    private static final int LONGEST = 200;
    /** What a spreadsheet would compute on opening a table with the name; "+" and "-" alone are names. */
    private static final Pattern FORMULA = Pattern.compile("[=+@-].*[(|!].*");

    private ClassNameRule() {}

    public static boolean allows(String name) {
        return name.length() <= LONGEST
                && Printable.is(name)
                && !FORMULA.matcher(name).matches();
    }
}
