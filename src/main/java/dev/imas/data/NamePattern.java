package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.image.PictureNames;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the pictures or masks of a data set are: a path relative to its root in which {@code *} stands for the name of
 * a picture, and {@code **} for one that may hold slashes. {@code images/*} is every picture in images/,
 * {@code masks/*_mask} the masks of those names; a pattern without an ending fits every ending that is read. Two
 * {@code *} are the same name twice. A pattern that ends in a slash is a folder for each picture, with one mask an
 * object. {@code **} does not enter folders that have a meaning of their own ({@link FolderWords}).
 *
 * @param text as it is written
 */
record NamePattern(String text) {
    private static final Pattern STAR = Pattern.compile("\\*\\*?");

    /** @throws UserException for a text that is no pattern, naming the setting */
    static NamePattern of(String key, String text) {
        String slashed = WrittenPath.slashed(text);
        boolean inside =
                !slashed.startsWith("/") && !List.of(slashed.split("/")).contains("..");
        if (slashed.indexOf('*') < 0 || !inside) {
            throw new UserException(key + " holds " + text
                    + "; expected paths below data.root in which * stands for a picture's name, such as images/*");
        }
        return new NamePattern(slashed);
    }

    /** Whether it names folders with one mask an object. */
    boolean folders() {
        return text.endsWith("/");
    }

    /** What it is about, up to the name: a folder, ending in a slash, or empty. */
    String folder() {
        return text.substring(0, text.lastIndexOf('/', text.indexOf('*')) + 1);
    }

    /** Whether files of a folder, which ends in a slash or is empty, may fit. */
    boolean mayHold(String folder) {
        return folder.equals(folder()) || text.contains("**") && folder.startsWith(folder());
    }

    /**
     * The files or folders that fit, by name, in order.
     *
     * @throws UserException for two files that give one name
     */
    SortedMap<String, String> find(FolderTree tree) {
        Pattern regex = regex();
        boolean fixedEnding = PictureNames.isPicture(text);
        SortedMap<String, String> found = new TreeMap<>();
        for (String path : tree.picturesBelow(folder())) {
            String fitted = folders() ? path.substring(0, path.lastIndexOf('/') + 1) : path;
            Matcher matcher = regex.matcher(fixedEnding ? fitted : WrittenNames.withoutEnding(fitted));
            if (matcher.matches() && !entersAMeaning(matcher.group(1))) {
                String other = found.put(WrittenNames.key(matcher.group(1)), fitted);
                if (other != null && !other.equals(fitted)) {
                    throw new UserException(tree.root().resolve(other) + " and "
                            + tree.root().resolve(fitted) + " share one name; a picture and its mask are matched by "
                            + "the name before the ending");
                }
            }
        }
        return found;
    }

    private static boolean entersAMeaning(String name) {
        String[] parts = name.split("/");
        return Arrays.stream(parts, 0, parts.length - 1)
                .anyMatch(part -> FolderWords.of(part).told());
    }

    private Pattern regex() {
        StringBuilder regex = new StringBuilder();
        Matcher star = STAR.matcher(text);
        int from = 0;
        for (boolean first = true; star.find(); first = false) {
            regex.append(Pattern.quote(text.substring(from, star.start())))
                    .append(first ? star.group().equals("**") ? "(.+)" : "([^/]+)" : "\\1");
            from = star.end();
        }
        return Pattern.compile(regex.append(Pattern.quote(text.substring(from))).toString(), Pattern.DOTALL);
    }
}
