package dev.imas.common;

import java.util.regex.Pattern;

/**
 * Texts that come from files and go to people. A name in a file may hold anything: ESC and its like steer a terminal, a
 * line break makes two lines of one, and marks of direction make a text look like another. Each becomes a question
 * mark.
 */
public final class Printable {
    private static final String UNSEEN = "\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069";
    private static final Pattern STEERS = Pattern.compile("[\\p{Cc}" + UNSEEN + "]");
    private static final Pattern STEERS_BUT_LINES = Pattern.compile("[\\p{Cc}" + UNSEEN + "&&[^\\n\\t]]");

    private Printable() {}

    /** Whether {@link #line} leaves a text as it is. */
    public static boolean is(String text) {
        return !STEERS.matcher(text).find();
    }

    /** On one line. */
    public static String line(String text) {
        return STEERS.matcher(text).replaceAll("?");
    }

    /** With its line breaks and tabs. */
    public static String lines(String text) {
        return STEERS_BUT_LINES.matcher(text).replaceAll("?");
    }
}
