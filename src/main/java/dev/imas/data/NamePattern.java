package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.image.PictureNames;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** Whether masks of this pattern lie among the pictures of another, and only the ends of names tell them apart. */
    boolean isBeside(NamePattern pictures) {
        boolean byNames = !folders() && !PictureNames.isPicture(text);
        return byNames && WrittenNames.folder(text).equals(WrittenNames.folder(pictures.text));
    }

    /** Whether files of a folder, which ends in a slash or is empty, may fit. */
    boolean mayHold(String folder) {
        return folder.equals(folder()) || text.contains("**") && folder.startsWith(folder());
    }

    /**
     * The files or folders that fit, by name, in order.
     *
     * @throws UserException for files that give one name, all of them
     */
    SortedMap<String, String> find(FolderTree tree) {
        Pattern regex = regex();
        boolean fixedEnding = PictureNames.isPicture(text);
        SortedMap<String, String> found = new TreeMap<>();
        List<String> shared = new ArrayList<>();
        for (String path : tree.picturesBelow(folder())) {
            String fitted = folders() ? path.substring(0, path.lastIndexOf('/') + 1) : path;
            String name = fixedEnding ? fitted : WrittenNames.withoutEnding(fitted);
            Matcher matcher = regex.matcher(name);
            // The plain name of an OME-TIFF may have to end as the pattern does.
            if (matcher.matches() || matcher.reset(WrittenNames.matched(name)).matches()) {
                String other = entersAMeaning(matcher.group(1))
                        ? null
                        : found.put(WrittenNames.matched(matcher.group(1)), fitted);
                if (other != null && !other.equals(fitted)) {
                    shared.add(
                            sharedName(tree.root().resolve(other), tree.root().resolve(fitted)));
                }
            }
        }
        if (!shared.isEmpty()) {
            throw new UserException(String.join("\n", Finding.limited(shared)));
        }
        return found;
    }

    /** What is said of two files that give one name. */
    static String sharedName(Path one, Path other) {
        return one + " and " + other
                + " share one name; a picture and its mask are matched by the name before the ending";
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
