package dev.imas.data;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A list of samples, one a line; blank lines and lines that begin with # are skipped.
 *
 * @param path  where it was read from
 * @param lines its entries with their line numbers
 */
record ListFile(Path path, List<Line> lines) {
    /**
     * @param number from 1
     * @param fields the columns, separated by white space
     */
    record Line(int number, String[] fields) {
    }

    /** Reads a list; {@code key} is the configuration key that named it. A relative path is looked up in the working directory, then in the root. */
    static ListFile read(String key, String name, Path root) {
        if (name == null || name.isBlank()) {
            throw new UserException(key + " is not set; name a list file with one image a line");
        }
        Path path = Path.of(name);
        if (!Files.isRegularFile(path) && root != null && Files.isRegularFile(root.resolve(name))) {
            path = root.resolve(name);
        }
        if (!Files.isRegularFile(path)) {
            throw new UserException(key + ": no list file at " + name + (root == null || path.isAbsolute() ? "" : " or " + root.resolve(name)));
        }
        List<Line> entries = new ArrayList<>();
        try {
            int number = 0;
            for (String text : Files.readAllLines(path, StandardCharsets.UTF_8)) {
                number++;
                String line = text.strip();
                if (!line.isEmpty() && !line.startsWith("#")) {
                    entries.add(new Line(number, line.split("\\s+")));
                }
            }
        } catch (MalformedInputException e) {
            throw new UserException(path + " is not a text file in UTF-8; expected one image a line", e);
        } catch (IOException e) {
            throw new UserException(path + " cannot be read (" + e.getMessage() + ")", e);
        }
        if (entries.isEmpty()) {
            throw new UserException(path + " lists no image; expected one a line");
        }
        return new ListFile(path, entries);
    }
}
