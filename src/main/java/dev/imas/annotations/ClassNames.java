package dev.imas.annotations;

import java.util.Locale;

/** Names of classes as people write them. */
final class ClassNames {
    static final String BACKGROUND = "background";
    /** Of annotations of which none has a class. */
    static final String FOREGROUND = "foreground";

    private ClassNames() {}

    /** On one line and without space around. */
    static String tidy(String name) {
        return Words.printable(name).strip();
    }

    /** Ignore*, QuPath's class for what shall not be looked at, and its like. */
    static boolean isIgnored(String name) {
        return bare(name).equals("ignore") || bare(name).equals("ignored");
    }

    static boolean isBackground(String name) {
        return bare(name).equals(BACKGROUND);
    }

    /** QuPath's class for an area that is looked at, whatever lies in it. */
    static boolean isRegion(String name) {
        return name.equalsIgnoreCase("Region*");
    }

    /** Without regard to case and blanks. */
    static String bareLetters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[\\s\\p{Z}]+", "");
    }

    private static String bare(String name) {
        return name.replaceAll("^_+|[_*]+$", "").toLowerCase(Locale.ROOT);
    }
}
