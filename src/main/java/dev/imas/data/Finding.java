package dev.imas.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Something worth telling of a data set before it is trained on.
 *
 * @param severity how bad it is
 * @param text     one sentence: what was found where, what is expected, what to do
 */
public record Finding(Severity severity, String text) {
    /** So many of one kind are told one by one. */
    private static final int TOLD = 10;
    /** So many files are named in a sentence. */
    private static final int NAMED = 5;

    /** How bad a finding is, worst first. */
    public enum Severity {
        /** Training would fail, or learn something else than is meant. */
        FAULT,
        /** Training works, but likely not as is meant. */
        WARNING,
        /** What was decided where nothing was said. */
        NOTE
    }

    static Finding fault(String text) {
        return new Finding(Severity.FAULT, text);
    }

    static Finding warning(String text) {
        return new Finding(Severity.WARNING, text);
    }

    static Finding note(String text) {
        return new Finding(Severity.NOTE, text);
    }

    /** As it is printed: how bad it is, and the text. */
    @Override
    public String toString() {
        return severity.name().toLowerCase(Locale.ROOT) + ": " + text;
    }

    /** Texts of one kind, or the first of them and how many more there are. */
    public static List<String> limited(List<String> texts) {
        List<String> first = new ArrayList<>(texts.subList(0, Math.min(TOLD, texts.size())));
        if (texts.size() > TOLD) {
            first.add("and " + (texts.size() - TOLD) + " more of the kind");
        }
        return first;
    }

    /** The first few of many names, and how many more there are. */
    static String named(Collection<String> names) {
        List<String> first = names.stream().limit(NAMED).toList();
        return String.join(", ", first) + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "");
    }

    /** The texts of one severity, in their order. */
    public static List<String> texts(List<Finding> findings, Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .map(Finding::text)
                .toList();
    }
}
