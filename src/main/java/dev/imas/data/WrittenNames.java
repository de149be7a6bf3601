package dev.imas.data;

import dev.imas.image.PictureNames;
import java.nio.file.Path;
import java.text.Normalizer;

/** How names of files are compared. */
final class WrittenNames {
    private WrittenNames() {}

    /** A relative path with slashes on every system. */
    static String slashes(Path path) {
        return path.toString().replace(path.getFileSystem().getSeparator(), "/");
    }

    /** A path without the ending of a picture. */
    static String withoutEnding(String path) {
        return PictureNames.isPicture(path) ? path.substring(0, path.lastIndexOf('.')) : path;
    }

    /** The same for one name in both of Unicode's forms: some systems write an umlaut as one letter, some as two. */
    static String key(String name) {
        return Normalizer.isNormalized(name, Normalizer.Form.NFC)
                ? name
                : Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    /** The last part of a path. */
    static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
