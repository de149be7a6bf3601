package dev.imas.common;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;

/** Parts of file names. */
public final class FileNames {
    /** A name that may become a path's part, whatever it was read from: it cannot leave its folder, nor be hidden. */
    public static final String PLAIN = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}";

    /** What messages ask for. */
    public static final String EXPECTED =
            "a name of up to 100 letters, digits, '.', '_' and '-', not beginning with a dot";

    private static final int LONGEST = 100;
    private static final Set<String> OF_SYSTEMS =
            Set.of(".ds_store", "thumbs.db", "desktop.ini", ".directory", "__macosx", "$recycle.bin");

    private FileNames() {}

    /**
     * A {@link #PLAIN} name made of another: accents are left out, and what else is not plain becomes a hyphen.
     *
     * @param otherwise what it is where nothing is left
     */
    public static String plain(String name, String otherwise) {
        if (name.matches(PLAIN)) {
            return name;
        }
        String plain = Normalizer.normalize(name, Normalizer.Form.NFD)
                .replaceAll("\\p{M}+", "")
                .replaceAll("[^A-Za-z0-9._-]+", "-")
                .replaceAll("^[.-]+|-+$", "");
        return plain.isEmpty() ? otherwise : plain.substring(0, Math.min(LONGEST, plain.length()));
    }

    /** Whether systems put a file of this name beside others by themselves: nobody means it. */
    public static boolean ofSystem(String name) {
        return name.startsWith("._") || OF_SYSTEMS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** The name without folders and without what follows the last dot; a leading dot belongs to the name. */
    public static String stem(Path file) {
        return stem(file.getFileName().toString());
    }

    /** As {@link #stem(Path)}, of a path written with slashes. */
    public static String stem(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
