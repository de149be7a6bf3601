package dev.imas.export;

import dev.imas.common.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A folder of files without folders in it, which is gone when the work is done, whatever became of it. */
record WorkFolder(Path path) implements AutoCloseable {
    /** A new one; what an interrupted run left there is removed. */
    static WorkFolder at(Path path) throws IOException {
        WorkFolder folder = new WorkFolder(path);
        folder.close();
        Files.createDirectory(path);
        return folder;
    }

    /** One of the system's for temporary files. */
    static WorkFolder temporary() throws IOException {
        return new WorkFolder(Files.createTempDirectory("imas"));
    }

    Path file(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        if (Files.isDirectory(path)) {
            for (Path file : files(path)) {
                Files.delete(file);
            }
            Files.delete(path);
        }
    }

    /**
     * As {@link DurableFiles#replace}, of a folder: written beside, renamed when it is whole. One that is there already
     * is replaced where it holds nothing but files of these names.
     */
    static void replace(Path target, Set<String> names, DurableFiles.Writer writer) throws IOException {
        try (WorkFolder beside = at(target.resolveSibling(target.getFileName() + ".tmp"))) {
            writer.write(beside.path());
            if (holdsOnly(target, names)) {
                new WorkFolder(target).close();
            }
            Files.move(beside.path(), target, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.syncName(target);
        } catch (IOException e) {
            throw DurableFiles.about(target, e);
        }
    }

    /** Whether a folder is there, with files of these names and nothing else. */
    static boolean holdsOnly(Path folder, Set<String> names) throws IOException {
        return Files.isDirectory(folder)
                && files(folder).stream()
                        .allMatch(file -> names.contains(file.getFileName().toString()) && Files.isRegularFile(file));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
