package dev.imas.compare;

import java.nio.file.Path;
import java.util.Collection;

/** What a directory is called where several are: by its last names, as many as tell it from the others. */
final class UniqueTail {
    private UniqueTail() {}

    /** @param all with the directory itself, which may be among them under another name */
    static String of(Path directory, Collection<Path> all) {
        Path own = absolute(directory);
        for (int names = 1; names <= own.getNameCount(); names++) {
            Path tail = own.subpath(own.getNameCount() - names, own.getNameCount());
            if (all.stream()
                    .map(UniqueTail::absolute)
                    .filter(other -> !other.equals(own))
                    .noneMatch(other -> other.endsWith(tail))) {
                return tail.toString();
            }
        }
        return own.toString();
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
