package dev.imas.data;

import java.util.List;

/**
 * Something worth telling of a data set before it is trained on.
 *
 * @param severity how bad it is
 * @param text     one sentence: what was found where, what is expected, what to do
 */
public record Finding(Severity severity, String text) {
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

    /** The texts of one severity, in their order. */
    public static List<String> texts(List<Finding> findings, Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .map(Finding::text)
                .toList();
    }
}
