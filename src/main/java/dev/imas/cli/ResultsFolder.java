package dev.imas.cli;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.cli.CommandLine;

/** The folder that {@code --out} names, looked at before any work. */
final class ResultsFolder {
    private ResultsFolder() {}

    /** The folder, which is made where it is missing and may be written to. */
    static Path of(CommandLine line) {
        Path out = Arguments.path(line, "out");
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new UserException("--out: " + out + " cannot be used (" + FileProblem.of(e, out) + ")", e);
        }
        if (!Files.isWritable(out)) {
            throw new UserException(
                    "--out: " + out + " cannot be written (permission denied, or a read-only file system)");
        }
        return out;
    }
}
