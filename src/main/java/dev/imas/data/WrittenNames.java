package dev.imas.data;

import dev.imas.common.FileNames;
import dev.imas.image.PictureNames;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.regex.Pattern;

/** How names of files are compared. */
final class WrittenNames {
    private static final Pattern OME = Pattern.compile("(?i)(?<=[^/])\\.ome$");

    private WrittenNames() {}

    /** A relative path with slashes on every system. */
    static String slashes(Path path) {
        return path.toString().replace(path.getFileSystem().getSeparator(), "/");
    }

    /** A path without the ending of a picture. */
    static String withoutEnding(String path) {
        return PictureNames.isPicture(path) ? path.substring(0, path.lastIndexOf('.')) : path;
    }

    /** What matches a picture with its mask, of a name without ending: {@link #key}, and NAME of NAME.ome.tif. */
    static String matched(String name) {
        return key(withoutOme(name));
    }

    /** NAME of NAME.ome, any other name as it is. */
    static String withoutOme(String name) {
        return OME.matcher(name).replaceFirst("");
    }

    /** The same for one name in both of Unicode's forms: some systems write an umlaut as one letter, some as two. */
    static String key(String name) {
        return Normalizer.isNormalized(name, Normalizer.Form.NFC)
                ? name
                : Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    /** The folders of a path, ending in a slash, or empty. */
    static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }

    /** The last part of a path without whatever ending. */
    static String stem(String path) {
        return FileNames.stem(path);
    }

    /** The last part of a path. */
    static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
