package dev.imas.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is seen of a machine's files and environment; a test shows what it likes. Nothing here throws for what is
 * absent.
 */
public interface FileView {
    /** A file, or a link to one. */
    boolean isFile(String path);

    /** Names in a folder, sorted; none when there is no such folder. */
    List<String> names(String folder);

    /** Lines of a text file; none when it cannot be read. */
    List<String> lines(String file);

    /** A variable of the environment, or "". */
    String environment(String name);

    /** This machine's. */
    static FileView ofThisMachine() {
        return new FileView() {
            @Override
            public boolean isFile(String path) {
                try {
                    return Files.isRegularFile(Path.of(path));
                } catch (InvalidPathException e) {
                    return false;
                }
            }

            @Override
            public List<String> names(String folder) {
                try (Stream<Path> entries = Files.list(Path.of(folder))) {
                    return entries.map(entry -> entry.getFileName().toString())
                            .sorted()
                            .toList();
                } catch (IOException | InvalidPathException e) {
                    return List.of();
                }
            }

            @Override
            public List<String> lines(String file) {
                try {
                    return Files.readAllLines(Path.of(file));
                } catch (IOException | InvalidPathException e) {
                    return List.of();
                }
            }

            @Override
            public String environment(String name) {
                String value = System.getenv(name);
                return value == null ? "" : value;
            }
        };
    }
}
