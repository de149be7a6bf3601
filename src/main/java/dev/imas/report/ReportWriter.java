package dev.imas.report;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes {@code report.html} beside the files of a run: one page that needs nothing else, no network and no script.
 * It reads config.yaml, metrics.csv, hardness.csv, class_iou.csv, summary.json and samples/; what is missing or cut,
 * as after a kill, is told on the page. Equal files in a directory of the same name give equal bytes.
 */
public final class ReportWriter {
    /** Name of the file that {@link #write} leaves in the run directory. */
    public static final String FILE = "report.html";

    private ReportWriter() {
    }

    /**
     * Writes or replaces the report of a run.
     *
     * @param runDir the directory that training wrote to
     * @return the report's path
     * @throws UserException when the directory does not exist, holds no file of a run, or cannot be written to
     */
    public static Path write(Path runDir) {
        String page = Page.html(Run.read(runDir));
        Path file = runDir.resolve(FILE);
        Path beside = runDir.resolve(FILE + ".tmp");
        try {
            Files.writeString(beside, page, StandardCharsets.UTF_8);
            // A reader that reloads sees the old page or the new one, never half of one.
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UserException("cannot write " + file + " (" + e + "); check that the directory is writable and has room", e);
        }
        return file;
    }
}
