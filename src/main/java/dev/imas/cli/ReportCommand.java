package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.report.ReportWriter;
import org.apache.commons.cli.CommandLine;

/** {@code imas report}. */
final class ReportCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "report", "write report.html of a run directory anew, also of an unfinished run", "report DIR", "");
    }

    @Override
    public int run(CommandLine line, Console console) {
        if (line.getArgList().size() != 1) {
            throw new UserException("report needs one run directory, such as runs/embedded-imas-seed1");
        }
        console.out()
                .println(ReportWriter.write(WrittenPath.of(line.getArgList().get(0))));
        return 0;
    }
}
