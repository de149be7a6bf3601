package dev.imas.export;

import dev.imas.common.DurableFiles;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.stream.Stream;

/** A new folder with a name of its own, which is gone with all in it when the work is done, whatever became of it. */
record WorkFolder(Path path) implements AutoCloseable {
    /** Beside a file or folder that is being made. */
    static WorkFolder beside(Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        return new WorkFolder(Files.createTempDirectory(folder, target.getFileName() + ".tmp"));
    }

    /** One of the system's for temporary files. */
    static WorkFolder temporary() throws IOException {
        return new WorkFolder(Files.createTempDirectory("imas"));
    }

    Path file(String name) {
        return path.resolve(name);
    }

    /** What is wrong with a file that is looked at in another place, by the name that people know it under. */
    static UserException named(UserException fault, Path place, Path known) {
        return new UserException(fault.getMessage().replace(place.toString(), known.toString()), fault);
    }

    @Override
    public void close() throws IOException {
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /**
     * As {@link DurableFiles#replace}, of a folder: written beside, made durable, renamed when it is whole. One that is
     * there already is replaced where it holds nothing but files of these names. Folders cannot be swapped in one step:
     * a machine that stops between two renamings leaves none of this name, and the old and the new one beside it.
     */
    static void replace(Path target, Set<String> names, DurableFiles.Writer writer) throws IOException {
        try (WorkFolder beside = beside(target)) {
            Path made = Files.createDirectory(beside.file("new"));
            writer.write(made);
            DurableFiles.syncFolder(made);
            Path before = beside.file("old");
            boolean replaced = holdsOnly(target, names);
            if (replaced) {
                Files.move(target, before, StandardCopyOption.ATOMIC_MOVE);
            }
            try {
                Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (replaced) {
                    Files.move(before, target, StandardCopyOption.ATOMIC_MOVE);
                }
                throw e;
            }
            DurableFiles.syncName(target);
        } catch (IOException e) {
            throw DurableFiles.about(target, e);
        }
    }

    /** Whether a folder is there, with files of these names and nothing else. */
    static boolean holdsOnly(Path folder, Set<String> names) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.allMatch(file -> names.contains(file.getFileName().toString()) && Files.isRegularFile(file));
        }
    }
}
