package dev.imas.image;

import dev.imas.common.FileNames;
import java.util.List;
import java.util.Locale;

/** Names of picture files, as {@link ImageFiles} reads them. */
public final class PictureNames {
    /** Endings in lower case, each with its dot. */
    public static final List<String> ENDINGS =
            List.of(".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp");

    private PictureNames() {}

    /** Whether a name ends as a picture's does, in whatever case. */
    public static boolean isPicture(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(lower::endsWith);
    }

    /** The name without folders and without the ending of a picture; other dots are parts of names. */
    public static String stem(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return isPicture(name) ? FileNames.stem(name) : name;
    }
}
