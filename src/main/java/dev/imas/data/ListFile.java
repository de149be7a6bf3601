package dev.imas.data;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A list of samples, one a line; blank lines and lines that begin with # are skipped.
 *
 * @param path  where it was read from
 * @param lines its entries
 */
record ListFile(Path path, List<Line> lines) {
    private static final long MAX_BYTES = 256L << 20;

    /**
     * @param origin file and line number, for messages
     * @param fields one or two columns, separated by tabs if the line holds any, else by white space
     */
    record Line(String origin, String[] fields) {}

    /**
     * Reads a list; {@code key} is the configuration key that named it. A relative path is looked up in the working
     * directory, then in the root.
     */
    static ListFile read(String key, String name, Path root) {
        if (name == null || name.isBlank()) {
            throw new UserException(key + " is not set; name a list file with one image a line");
        }
        Path path = locate(key, name, root);
        List<Line> entries = new ArrayList<>();
        int number = 0;
        for (String text : texts(key, path)) {
            number++;
            String line = text.strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                entries.add(new Line(path + ":" + number, columns(path + ":" + number, line)));
            }
        }
        if (entries.isEmpty()) {
            throw new UserException(key + ": " + path + " lists no image; expected one a line");
        }
        return new ListFile(path, entries);
    }

    private static Path locate(String key, String name, Path root) {
        try {
            Path given = Path.of(name);
            Path path = Files.exists(given) ? given : root.resolve(name);
            String problem = FileProblem.ofInput(path);
            if ("does not exist".equals(problem)) {
                throw new UserException(key + ": no list file at " + given + (path.equals(given) ? "" : " or " + path));
            }
            if (problem != null) {
                throw new UserException(
                        key + ": " + path + " " + problem + "; expected a text file with one image a line");
            }
            return path;
        } catch (InvalidPathException e) {
            throw new UserException(key + ": the name of the list file is no path (" + e.getReason() + ")", e);
        }
    }

    private static List<String> texts(String key, Path path) {
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new UserException(key + ": " + path + " has " + Files.size(path)
                        + " bytes, too many for a list; expected a text file with one image a line");
            }
            String text = Files.readString(path, StandardCharsets.UTF_8);
            if (text.indexOf('\0') >= 0) {
                throw new UserException(
                        key + ": " + path + " is a binary file; expected a text file with one image a line");
            }
            boolean byteOrderMark = text.startsWith("\uFEFF");
            return text.substring(byteOrderMark ? 1 : 0).lines().toList();
        } catch (CharacterCodingException e) {
            throw new UserException(key + ": " + path + " is not a text file in UTF-8; expected one image a line", e);
        } catch (IOException e) {
            throw new UserException(key + ": " + path + " cannot be read (" + FileProblem.of(e, path) + ")", e);
        }
    }

    private static String[] columns(String origin, String line) {
        String[] fields = line.split(line.indexOf('\t') >= 0 ? "\\s*\t\\s*" : "\\s+");
        if (fields.length > 2) {
            throw new UserException(origin + " has " + fields.length
                    + " columns; expected a picture and at most its mask (separate paths that hold spaces by a tab)");
        }
        return fields;
    }
}
