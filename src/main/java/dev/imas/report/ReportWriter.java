package dev.imas.report;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.run.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Writes {@code report.html} beside the files of a run: one page that needs nothing else, no network and no script.
 * It reads the {@link RunDirectory#records} and pictures of the run; what is missing or cut, as after a kill, is told
 * on the page. Equal files in a directory of the same name give equal bytes.
 */
public final class ReportWriter {
    private ReportWriter() {}

    /**
     * Writes or replaces the report of a run.
     *
     * @param runDir the directory that training wrote to
     * @return the report's path
     * @throws UserException when the directory does not exist, holds no file of a run, or cannot be written to
     */
    public static Path write(Path runDir) {
        String page = Page.html(Run.read(runDir));
        Path file = new RunDirectory(runDir).report();
        try {
            DurableFiles.replace(file, beside -> Files.writeString(beside, page, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException("cannot write " + file + " (" + FileProblem.of(e, file) + ")", e);
        }
        return file;
    }

    /**
     * The same of a run that is under way: the page says so, and is loaded again and again until another has taken its
     * place. Whole whenever the program stops; the disk is not waited for.
     */
    public static void write(Path runDir, Live live) throws IOException {
        String page = Page.html(Run.read(runDir, Optional.of(live)));
        DurableFiles.whole(
                new RunDirectory(runDir).report(), beside -> Files.writeString(beside, page, StandardCharsets.UTF_8));
    }
}
