package dev.imas.annotations;

/** Texts of strangers in messages: on one line, and not longer than helps. */
final class Words {
    private static final int LONGEST = 60;

    private Words() {}

    static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ");
    }

    static String brief(String text) {
        String line = printable(text);
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }

    /** A path, of which the end tells most. */
    static String briefPath(String path) {
        String line = printable(path);
        return line.length() <= LONGEST ? line : "..." + line.substring(line.length() - LONGEST);
    }

    /** A number with its noun, which takes an s unless the number is one. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
