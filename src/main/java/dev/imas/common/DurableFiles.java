package dev.imas.common;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are either complete or absent, whenever the program or the machine stops. */
public final class DurableFiles {
    /** Writes the content of a file. */
    public interface Writer {
        void write(Path file) throws IOException;
    }

    private DurableFiles() {}

    /**
     * Writes beside (the target's name and {@code .tmp}), makes durable, renames: a reader sees the old file or the
     * whole new one, never half of one. Whatever fails, nothing is left beside, and the exception names the target.
     */
    public static void replace(Path target, Writer writer) throws IOException {
        beside(target, file -> {
            writer.write(file);
            sync(file, StandardOpenOption.WRITE);
        });
        sync(target.toAbsolutePath().getParent(), StandardOpenOption.READ);
    }

    /**
     * As {@link #replace}, without waiting for the disk: for many files that could be made again. They are whole when
     * the program stops, not when the power does.
     */
    public static void whole(Path target, Writer writer) throws IOException {
        beside(target, writer);
    }

    private static void beside(Path target, Writer writer) throws IOException {
        Path beside = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            writer.write(beside);
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw about(target, e);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** The failure of a write in a form that names its file, which Java leaves out where the disk is full. */
    public static IOException about(Path file, IOException failure) {
        boolean plain = failure.getClass() == FileSystemException.class || failure.getClass() == IOException.class;
        if (!plain) {
            return failure; // its kind says more
        }
        String reason = failure instanceof FileSystemException system ? system.getReason() : failure.getMessage();
        FileSystemException named = new FileSystemException(file.toString(), null, reason);
        named.initCause(failure);
        return named;
    }

    private static void sync(Path path, StandardOpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    /** Creates a folder and those above it that are missing, each to stay whenever the machine stops. */
    public static void createFolder(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        Path above = absolute.getParent();
        if (above != null && !Files.isDirectory(above)) {
            if (Files.exists(above)) {
                throw new FileSystemException(absolute.toString(), null, "Not a directory");
            }
            createFolder(above);
        }
        Files.createDirectories(absolute);
        syncName(absolute);
    }

    /** Makes a folder of files durable; that it is there is another matter. */
    public static void syncFolder(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                sync(file, StandardOpenOption.WRITE);
            }
        }
        sync(folder, StandardOpenOption.READ);
    }

    /** Makes durable that a file or folder is there, where its folder may be read; what it holds is another matter. */
    public static void syncName(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && Files.isReadable(folder)) {
            sync(folder, StandardOpenOption.READ);
        }
    }
}
