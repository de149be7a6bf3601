package dev.imas.run;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The folder of one run and the names in it. */
public record RunDirectory(Path root) {
    /**
     * Creates the folder, or opens that of an earlier part of the run.
     *
     * @throws UserException when it holds something already and {@code resume} is false, when there is no run to
     *                       resume, or when it cannot be written
     */
    public static RunDirectory open(Path root, boolean resume) {
        RunDirectory directory = new RunDirectory(root);
        try {
            if (Files.exists(root) && !Files.isDirectory(root)) {
                throw new UserException(root + " is a file, expected a folder for the run; give another --out");
            }
            if (resume && !Files.exists(directory.config())) {
                throw new UserException(root + " holds no run to resume (no config.yaml); leave --resume out to start one");
            }
            if (!resume && Files.exists(root) && !empty(root)) {
                throw new UserException(root + " is not empty; use --resume to continue the run in it, or another --out");
            }
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new UserException("the run directory " + root + " cannot be created (" + e + "); give another --out", e);
        }
        if (!Files.isWritable(root)) {
            throw new UserException("the run directory " + root + " cannot be written; check its permissions or give another --out");
        }
        return directory;
    }

    /** The folder that a file lies in, as that of a run. */
    public static RunDirectory around(Path file) {
        return new RunDirectory(file.toAbsolutePath().getParent());
    }

    /** Held while a process trains in the folder. */
    public Path lock() {
        return root.resolve(".lock");
    }

    public Path config() {
        return root.resolve("config.yaml");
    }

    public Path metrics() {
        return root.resolve("metrics.csv");
    }

    public Path hardness() {
        return root.resolve("hardness.csv");
    }

    public Path classIou() {
        return root.resolve("class_iou.csv");
    }

    public Path summary() {
        return root.resolve("summary.json");
    }

    public Path student() {
        return root.resolve("student.safetensors");
    }

    public Path teacher() {
        return root.resolve("teacher.safetensors");
    }

    public Path samples() {
        return root.resolve("samples");
    }

    public Path checkpoints() {
        return root.resolve("checkpoints");
    }

    private static boolean empty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.allMatch(entry -> entry.getFileName().toString().equals(".lock"));
        }
    }
}
