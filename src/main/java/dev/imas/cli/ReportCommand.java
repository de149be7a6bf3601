package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.report.ReportWriter;
import java.nio.file.Path;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas report}. */
final class ReportCommand implements Command {
    @Override
    public String name() {
        return "report";
    }

    @Override
    public String summary() {
        return "write report.html of a run directory anew, also of an unfinished run";
    }

    @Override
    public String usage() {
        return "report DIR";
    }

    @Override
    public String details() {
        return "";
    }

    @Override
    public Options options() {
        return new Options();
    }

    @Override
    public int run(CommandLine line, Console console) {
        if (line.getArgList().size() != 1) {
            throw new UserException("report needs one run directory, such as runs/embedded-imas-seed1");
        }
        console.out().println(ReportWriter.write(Path.of(line.getArgList().get(0))));
        return 0;
    }
}
