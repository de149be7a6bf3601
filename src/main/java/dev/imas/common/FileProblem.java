package dev.imas.common;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in the way of reading or writing a file, in words for a {@link UserException}. Java's own messages are
 * often the path alone, or the name of a class.
 */
public final class FileProblem {
    /** What the operating system says, and what it means. */
    private static final Map<String, String> SYSTEM = Map.ofEntries(
            Map.entry("No space left on device", "the disk is full"),
            Map.entry("Disk quota exceeded", "the disk quota is used up"),
            Map.entry("Read-only file system", "the file system is read-only"),
            Map.entry("Permission denied", "permission denied"),
            Map.entry("Operation not permitted", "permission denied"),
            Map.entry("No such file or directory", "no such file or folder"),
            Map.entry("Not a directory", "a part of the path is a file"),
            Map.entry("Is a directory", "it is a folder"),
            Map.entry("File exists", "a file is in the way"),
            Map.entry("File name too long", "the name is too long"),
            Map.entry("Too many open files", "too many files are open"),
            Map.entry("Input/output error", "the disk reports an error"));
    /** What Java's own kinds of failure mean. */
    private static final Map<Class<? extends FileSystemException>, String> KINDS = Map.of(
            NoSuchFileException.class, "no such file or folder",
            AccessDeniedException.class, "permission denied",
            FileAlreadyExistsException.class, "a file is in the way",
            NotDirectoryException.class, "it is no folder",
            DirectoryNotEmptyException.class, "the folder is not empty",
            FileSystemLoopException.class, "links go round in a circle",
            AtomicMoveNotSupportedException.class, "the file system cannot replace a file in one step");
    /** How java.io names a file and the system's words. */
    private static final Pattern NAMED = Pattern.compile("(.+) \\(([^()]+)\\)");

    private FileProblem() {}

    /** Where a file is missing with its folder, the folder is what to tell of. */
    private static Optional<String> missingFolder(FileSystemException problem) {
        return problem instanceof NoSuchFileException && problem.getFile() != null
                ? Optional.ofNullable(
                                Path.of(problem.getFile()).toAbsolutePath().getParent())
                        .filter(Files::notExists)
                        .map(folder -> "the folder " + folder + " does not exist")
                : Optional.empty();
    }

    /** As {@link #of(Exception, Path)} in a sentence that names no path. */
    public static String of(Exception problem) {
        return of(problem, Path.of(""));
    }

    /**
     * The reason of a failed operation as a part of a sentence, such as "permission denied", with the file that it is
     * about where that is another one than the sentence names already.
     *
     * @param problem an {@link IOException}, or an {@link UncheckedIOException} around one
     * @param named   the path that the sentence names
     */
    public static String of(Exception problem, Path named) {
        Throwable cause = problem instanceof UncheckedIOException ? problem.getCause() : problem;
        if (cause instanceof FileSystemException system) {
            return missingFolder(system).orElseGet(() -> about(system.getFile(), named, reason(system)));
        }
        if (cause instanceof CharacterCodingException) {
            return "it is no text in UTF-8";
        }
        if (cause instanceof ClosedByInterruptException || cause instanceof InterruptedIOException) {
            return "interrupted";
        }
        String message = firstLine(cause.getMessage());
        Matcher java = NAMED.matcher(message);
        if (cause instanceof FileNotFoundException && java.matches()) {
            return about(java.group(1), named, inWords(java.group(2)));
        }
        if (message.isEmpty()) {
            return cause instanceof EOFException ? "its data end early" : "no reason is given";
        }
        return inWords(message);
    }

    private static String about(String file, Path named, String reason) {
        Path absolute = named.toAbsolutePath();
        boolean known = file == null
                || Path.of(file).toAbsolutePath().equals(absolute)
                || Path.of(file).toAbsolutePath().toString().equals(absolute + ".tmp"); // where DurableFiles begins
        return known ? reason : reason + ": " + file;
    }

    private static String reason(FileSystemException problem) {
        String known = KINDS.get(problem.getClass());
        if (known != null) {
            return known;
        }
        String words = firstLine(problem.getReason());
        return words.isEmpty() ? "no reason is given" : inWords(words);
    }

    private static String inWords(String system) {
        return SYSTEM.getOrDefault(system, system);
    }

    private static String firstLine(String text) {
        return text == null ? "" : text.lines().findFirst().orElse("").strip();
    }

    /**
     * Why a path cannot be read as a file, in words that complete "PATH ...", or null; looks at its attributes alone.
     */
    public static String ofInput(Path path) {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return "does not exist";
        } catch (IOException e) {
            return "cannot be looked at (" + of(e, path) + ")";
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
