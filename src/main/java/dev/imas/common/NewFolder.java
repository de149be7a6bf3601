package dev.imas.common;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder of results that appears whole or not at all, where there was none: nothing of anybody is replaced. */
public final class NewFolder implements AutoCloseable {
    private final Path out;
    private final Path beside;

    private NewFolder(Path out, Path beside) {
        this.out = out;
        this.beside = beside;
    }

    /** @throws UserException when there is something already, or no folder can be there */
    public static void require(Path out) {
        try {
            if (Files.exists(out) && !Files.isDirectory(out)) {
                throw new UserException("--out: " + out + " is a file; name a folder that does not exist yet");
            }
            if (Files.isDirectory(out)) {
                try (Stream<Path> entries = Files.list(out)) {
                    if (!entries.allMatch(NewFolder::isOfSystem)) {
                        throw new UserException(
                                "--out: " + out + " is not empty; name a folder that does not exist yet");
                    }
                }
            }
            if (out.toAbsolutePath().normalize().getFileName() == null) {
                throw new UserException("--out: " + out + " cannot be written; name a folder that does not exist yet");
            }
        } catch (IOException e) {
            throw unusable(out, e);
        }
    }

    /**
     * Begins to write, in a folder beside.
     *
     * @param work   what writes it, for messages
     * @param ending of that folder's name
     */
    public static NewFolder open(Path out, String work, String ending) {
        require(out);
        Path whole = out.toAbsolutePath().normalize();
        Path beside = whole.resolveSibling(whole.getFileName() + ending);
        try {
            Files.createDirectories(whole.getParent());
            if (Files.exists(beside)) {
                throw new UserException("--out: " + beside + " is left of an interrupted " + work + "; remove it");
            }
            Files.createDirectory(beside);
        } catch (IOException e) {
            throw unusable(out, e);
        }
        return new NewFolder(out, beside);
    }

    /** Where the files are written until the folder is whole. */
    public Path beside() {
        return beside;
    }

    /** That the folder cannot be written. */
    public UserException unusable(IOException e) {
        return unusable(out, e);
    }

    private static UserException unusable(Path out, IOException e) {
        return new UserException("--out: " + out + " cannot be written (" + FileProblem.of(e, out) + ")", e);
    }

    /** A folder that systems put their files into is empty to people. */
    private static boolean isOfSystem(Path entry) {
        return FileNames.ofSystem(entry.getFileName().toString());
    }

    /** Puts the folder in its place. */
    public void finish() {
        try {
            removeEmpty();
            Files.move(beside, out.toAbsolutePath().normalize());
        } catch (IOException e) {
            throw unusable(out, e);
        }
    }

    /** Empty as {@link #require} means it. */
    private void removeEmpty() throws IOException {
        if (!Files.isDirectory(out)) {
            return;
        }
        try (Stream<Path> entries = Files.list(out)) {
            for (Path entry : entries.filter(NewFolder::isOfSystem).toList()) {
                Files.deleteIfExists(entry);
            }
        }
        Files.delete(out);
    }

    /** Removes what was not finished. */
    @Override
    public void close() {
        if (!Files.exists(beside)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(beside)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
