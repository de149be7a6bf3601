package dev.imas.common;

import java.nio.file.Path;

/** Where things are kept for later runs of one user: what could be fetched or found out again. */
public final class UserCache {
    private UserCache() {}

    /** The folder that {@code IMAS_CACHE} names, else {@code ~/.cache/imas}; it may not exist yet. */
    public static Path folder() {
        String given = System.getenv("IMAS_CACHE");
        return given != null && !given.isBlank()
                ? Path.of(given)
                : Path.of(System.getProperty("user.home"), ".cache", "imas");
    }
}
