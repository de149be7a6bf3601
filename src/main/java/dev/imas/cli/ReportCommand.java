package dev.imas.cli;

import static dev.imas.cli.Arguments.option;

import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.compare.Comparison;
import dev.imas.compare.ComparisonFolder;
import dev.imas.compare.RunsCompared;
import dev.imas.report.ReportWriter;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas report}. */
final class ReportCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "report",
                "write report.html of a run directory anew, also of an unfinished run; of several a comparison",
                """
                report DIR
                       imas report DIR DIR... [--out FILE]""",
                """
                Of several run directories one page compares them: runs of one method are seeds of a row, and runs
                with other settings are told apart by what differs. Of the folder of a comparison (imas compare)
                its page is written anew.

                examples:
                  imas report runs/photos-imas-seed1
                  imas report runs/photos-supervised-seed* runs/photos-imas-seed* --out photos.html
                """);
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(option("out", "FILE", "of several: the page (default: comparison.html in this folder)"));
    }

    @Override
    public int run(CommandLine line, Console console) {
        List<Path> directories = line.getArgList().stream().map(WrittenPath::of).toList();
        if (directories.isEmpty()) {
            throw new UserException("report needs one run directory, such as runs/embedded-imas-seed1");
        }
        if (directories.size() > 1) {
            Path page = line.hasOption("out") ? Arguments.path(line, "out") : Path.of("comparison.html");
            console.out().println(RunsCompared.write(directories, page));
            return 0;
        }
        ComparisonFolder comparison = new ComparisonFolder(directories.get(0));
        if (comparison.begun()) {
            Comparison.resume(comparison).results(console.err()::println);
            console.out().println(comparison.page());
            return 0;
        }
        if (line.hasOption("out")) {
            throw new UserException("--out names the page of several runs; that of one lies in its directory");
        }
        console.out().println(ReportWriter.write(directories.get(0)));
        return 0;
    }
}
