package dev.imas.common;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths as people write them into lists, settings and options: with a home folder's ~, or with backslashes. */
public final class WrittenPath {
    private WrittenPath() {}

    /**
     * The path of a text, as it stands where that names something. Otherwise a leading {@code ~/} is the home folder,
     * and backslashes are the slashes of another system.
     *
     * @throws InvalidPathException for a text that is no path
     */
    public static Path of(String text) {
        return in(Path.of(""), text);
    }

    /** As {@link #of}, of a path that is relative to a folder. */
    public static Path in(Path folder, String text) {
        Path literal = folder.resolve(Path.of(text));
        if (Files.exists(literal)) {
            return literal;
        }
        String slashed = slashed(text);
        boolean home = slashed.equals("~") || slashed.startsWith("~/");
        return home ? Path.of(System.getProperty("user.home") + slashed.substring(1)) : folder.resolve(slashed);
    }

    /** The text with slashes for backslashes. */
    public static String slashed(String text) {
        return text.replace('\\', '/');
    }
}
