package dev.imas.common;

import java.nio.file.Path;

/** Parts of file names. */
public final class FileNames {
    private FileNames() {}

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
