package dev.imas.data;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.image.PictureNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A list of samples, one a line; blank lines and lines that begin with # are skipped.
 *
 * @param path  where it was read from
 * @param lines its entries
 */
record ListFile(Path path, List<Line> lines) {
    private static final long MAX_BYTES = 256L << 20;
    private static final int LINES_LOOKED_AT = 200;
    private static final Pattern SPACE = Pattern.compile("\\s+");
    /** A line with more is no list's. */
    private static final int MOST_SPACES = 64;

    /**
     * @param origin   file and line number, for messages
     * @param readings what the line may mean, most likely first, none of them twice: a picture, or a picture and its
     *                 mask; several where white space may separate two columns or belong to a name
     * @param words    how many it has
     */
    record Line(String origin, List<Columns> readings, int words) {}

    /** @param mask null where the line holds the picture alone */
    record Columns(String picture, String mask) {
        private Columns slashed() {
            return new Columns(WrittenPath.slashed(picture), mask == null ? null : WrittenPath.slashed(mask));
        }
    }

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
            String line = text.stripLeading();
            if (!line.isBlank() && !line.startsWith("#")) {
                String origin = path + ":" + number;
                entries.add(new Line(origin, readings(origin, line), line.split("\\s+").length));
            }
        }
        if (entries.isEmpty()) {
            throw new UserException(key + ": " + path + " lists no image; expected one a line");
        }
        return new ListFile(path, entries);
    }

    /** Whether an entry is two pictures, as spreadsheets write them; names of tiles have commas, too. */
    static boolean partedByCommas(String entry) {
        String[] parts = entry.split("[,;]");
        return parts.length > 1
                && Arrays.stream(parts)
                        .map(part -> part.strip().replaceAll("^\"|\"$", ""))
                        .allMatch(PictureNames::isPicture);
    }

    /** Whether most of a file's first lines are names of these pictures, without folder and ending. */
    static boolean namesMostly(Path path, Set<String> stems) {
        try (Stream<String> lines = Files.lines(path, StandardCharsets.UTF_8)) {
            List<String> first = lines.limit(LINES_LOOKED_AT)
                    .map(line -> line.strip().replaceFirst("[\\s,;].*", ""))
                    .filter(name -> !name.isEmpty() && !name.startsWith("#"))
                    .map(WrittenPath::slashed)
                    .toList();
            long known = first.stream()
                    .filter(name -> stems.contains(WrittenNames.stem(name)) || stems.contains(WrittenNames.last(name)))
                    .count();
            return known > 0 && 2 * known > first.size();
        } catch (IOException | UncheckedIOException e) {
            return false; // no text
        }
    }

    private static Path locate(String key, String name, Path root) {
        try {
            Path given = WrittenPath.of(name);
            Path path = Files.exists(given) ? given : WrittenPath.in(root, name);
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

    /** A tab separates for certain; so do slashes stand for themselves, while a backslash may be another system's. */
    private static List<Columns> readings(String origin, String line) {
        List<Columns> literal = line.indexOf('\t') >= 0 ? List.of(separatedByTab(origin, line)) : spaced(line.strip());
        List<Columns> readings = new ArrayList<>(literal);
        literal.stream()
                .map(Columns::slashed)
                .filter(columns -> !readings.contains(columns))
                .forEach(readings::add);
        return readings;
    }

    private static Columns separatedByTab(String origin, String line) {
        String[] fields = line.split("\\s*\t\\s*"); // a tab at the end separates nothing
        if (fields.length > 2) {
            throw tooMany(origin, fields.length);
        }
        return new Columns(fields[0].strip(), fields.length == 1 ? null : fields[1].strip());
    }

    /** Two words are two columns, or one name; of more words any space may be the one between the columns. */
    private static List<Columns> spaced(String line) {
        List<Columns> readings = new ArrayList<>();
        Matcher space = SPACE.matcher(line);
        while (space.find() && readings.size() < MOST_SPACES) {
            readings.add(new Columns(line.substring(0, space.start()), line.substring(space.end())));
        }
        readings.add(new Columns(line, null));
        return readings;
    }

    /** A line whose words are too many for two columns, and fit no file otherwise. */
    static UserException tooMany(String origin, int columns) {
        return new UserException(origin + " has " + columns
                + " columns; expected a picture and at most its mask (separate paths that hold spaces by a tab)");
    }
}
