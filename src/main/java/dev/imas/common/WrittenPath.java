package dev.imas.common;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;

/**
 * Paths as people write them into lists, settings and options: with a home folder's ~, with backslashes, or with
 * umlauts in the other of Unicode's two forms than the files have.
 */
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
        return inItsForm(
                home ? Path.of(System.getProperty("user.home") + slashed.substring(1)) : folder.resolve(slashed));
    }

    /** The path itself, or where that names nothing the one of the other form of Unicode that does. */
    public static Path inItsForm(Path path) {
        if (Files.exists(path)) {
            return path;
        }
        for (Normalizer.Form form : List.of(Normalizer.Form.NFC, Normalizer.Form.NFD)) {
            Path other = Path.of(Normalizer.normalize(path.toString(), form));
            if (!other.equals(path) && Files.exists(other)) {
                return other;
            }
        }
        return path;
    }

    /** What a message about a missing file adds for a text with backslashes; else nothing. */
    public static String hint(String text) {
        return text.indexOf('\\') < 0 ? "" : " (its backslashes were read as slashes, which separate folders here)";
    }

    /** The text with slashes for backslashes. */
    public static String slashed(String text) {
        return text.replace('\\', '/');
    }
}
