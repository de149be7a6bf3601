package dev.imas.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Why a path cannot be read as a file, in words that complete "PATH ...". */
public final class InputFile {
    private InputFile() {
    }

    /** What is wrong with the path, or null; looks at its attributes alone. */
    public static String problem(Path path) {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return "does not exist";
        } catch (IOException e) {
            return "cannot be looked at (" + e.getMessage() + ")";
        }
        if (found.isDirectory()) {
            return "is a folder";
        }
        if (!found.isRegularFile()) {
            return "is a device or pipe";
        }
        if (found.size() == 0) {
            return "is empty";
        }
        return Files.isReadable(path) ? null : "may not be read by this user";
    }
}
