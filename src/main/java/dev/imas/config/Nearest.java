package dev.imas.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses what was meant by a misspelt name. */
public final class Nearest {
    /** A longer word is no misspelling of a name. */
    private static final int LONGEST = 100;

    private Nearest() {}

    /** {@code "; did you mean X?"}, or nothing when no candidate is close. */
    public static String hint(String name, Collection<String> candidates) {
        if (name.length() > LONGEST) {
            return "";
        }
        return candidates.stream()
                .filter(candidate -> distance(name, candidate) <= Math.max(2, name.length() / 3))
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    /** The candidate that one letter more, less or other makes of it. */
    public static Optional<String> misspelt(String name, Collection<String> candidates) {
        return name.length() > LONGEST
                ? Optional.empty()
                : candidates.stream()
                        .filter(candidate -> distance(name, candidate) == 1)
                        .findFirst();
    }

    /** The hint, or all candidates when none is close. */
    public static String hintOrAll(String name, Collection<String> candidates) {
        String hint = hint(name, candidates);
        return hint.isEmpty() ? "; known are " + String.join(", ", candidates) : hint;
    }

    /** Insertions, deletions and substitutions between two words. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
