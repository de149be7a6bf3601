package dev.imas.common;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Parts of file names. */
public final class FileNames {
    private static final Set<String> OF_SYSTEMS =
            Set.of(".ds_store", "thumbs.db", "desktop.ini", ".directory", "__macosx", "$recycle.bin");

    private FileNames() {}

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
