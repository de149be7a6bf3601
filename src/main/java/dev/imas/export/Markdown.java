package dev.imas.export;

/** Texts that others wrote, in a page of Markdown. */
final class Markdown {
    private Markdown() {}

    /** Shown as it stands, in one line: neither emphasis nor code, table or HTML begins in it. */
    static String escaped(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").replaceAll("[\\\\|<>*_`]", "\\\\$0");
    }
}
