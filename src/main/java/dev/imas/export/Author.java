package dev.imas.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Somebody who answers for a model.
 *
 * @param name        without slashes
 * @param affiliation or null
 * @param github      name of a GitHub account, or null
 */
public record Author(String name, String affiliation, String github) {
    public static final String EXPECTED = "NAME, or NAME; INSTITUTE; @GITHUB-ACCOUNT with any of the latter two";
    private static final String ACCOUNT = "@[A-Za-z0-9][A-Za-z0-9-]{0,38}";

    /** As people write it, see {@link #EXPECTED}; empty where it is not written so. */
    public static Optional<Author> parse(String text) {
        List<String> parts = new ArrayList<>(
                Arrays.stream(text.split(";", -1)).map(String::strip).toList());
        String name = parts.remove(0);
        String github = null;
        if (!parts.isEmpty() && parts.get(parts.size() - 1).matches(ACCOUNT)) {
            github = parts.remove(parts.size() - 1).substring(1);
        }
        String affiliation = parts.isEmpty() ? null : parts.remove(0);
        boolean written = parts.isEmpty()
                && name.matches("[^/\\\\@\\p{Cntrl}]+")
                && (affiliation == null || affiliation.matches("[^@\\p{Cntrl}]+"));
        return written ? Optional.of(new Author(name, affiliation, github)) : Optional.empty();
    }

    /** As it is written. */
    @Override
    public String toString() {
        return name + (affiliation == null ? "" : "; " + affiliation) + (github == null ? "" : "; @" + github);
    }
}
