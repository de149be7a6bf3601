package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.data.FolderWords.Meaning;
import dev.imas.image.PictureNames;
import java.util.List;
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

    /** The files or folders that fit, by name. */
    MatchedNames names(FolderTree tree) {
        Pattern regex = regex();
        boolean fixedEnding = PictureNames.isPicture(text);
        MatchedNames found = new MatchedNames(tree.root());
        for (String path : tree.picturesBelow(folder())) {
            String fitted = folders() ? path.substring(0, path.lastIndexOf('/') + 1) : path;
            String name = fixedEnding ? fitted : WrittenNames.withoutEnding(fitted);
            String plain = WrittenNames.withoutOme(name);
            Matcher matcher = regex.matcher(name);
            boolean matches = matcher.matches();
            String kept = "";
            if (!matches) { // The plain name of an OME-TIFF may have to end as the pattern does.
                matches = matcher.reset(WrittenNames.key(plain)).matches();
                kept = name.substring(plain.length());
            }
            if (matches && !entersAMeaning(tree, matcher)) {
                found.add(matcher.group(1) + kept, fitted);
            }
        }
        return found;
    }

    private static boolean entersAMeaning(FolderTree tree, Matcher matcher) {
        int inName = matcher.group(1).lastIndexOf('/') + 1;
        if (inName == 0) {
            return false;
        }
        String above = matcher.group().substring(0, matcher.start(1));
        List<Meaning> meanings = tree.meanings(above + matcher.group(1).substring(0, inName));
        int known = tree.meanings(above).size();
        return meanings.subList(known, meanings.size()).stream().anyMatch(Meaning::told);
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
