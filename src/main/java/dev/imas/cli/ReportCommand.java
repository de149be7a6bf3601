package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.Interrupts;
import dev.imas.common.Pause;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.compare.Comparison;
import dev.imas.compare.ComparisonFolder;
import dev.imas.compare.RunsCompared;
import dev.imas.report.ReportServer;
import dev.imas.report.ReportWriter;
import dev.imas.run.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas report}. */
final class ReportCommand implements Command {
    private static final int LAST_PORT = 65535;
    private static final long LOOK_MILLISECONDS = 100;

    @Override
    public Manual manual() {
        return new Manual(
                "report",
                "write report.html of a run directory anew, also of an unfinished run; of several a comparison",
                """
                report DIR [--serve [--port N]]
                       imas report DIR DIR... [--out FILE]""",
                """
                Of several run directories one page compares them: runs of one method are seeds of a row, and runs
                with other settings are told apart by what differs. Of the folder of a comparison (imas compare)
                its page is written anew.
                --serve then shows the page to browsers on this machine until Ctrl-C, always as it stands: a
                run that goes on writes it at every evaluation, a comparison after every run. From another
                machine open it through a tunnel: ssh -L 6060:127.0.0.1:6060 HOST.

                examples:
                  imas report runs/photos-imas-seed1
                  imas report runs/photos-imas-seed1 --serve
                  imas report runs/photos-supervised-seed* runs/photos-imas-seed* --out photos.html
                """);
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(option("out", "FILE", "of several: the page (default: comparison.html in this folder)"))
                .addOption(flag("serve", "show the page on http://127.0.0.1 until Ctrl-C"))
                .addOption(option(
                        "port",
                        "N",
                        "with --serve: where (default: " + ReportServer.USUAL_PORT + "; 0: any that is free)"));
    }

    @Override
    public boolean worksInPieces() {
        return true;
    }

    @Override
    public int run(CommandLine line, Console console) {
        List<Path> directories = line.getArgList().stream().map(WrittenPath::of).toList();
        if (directories.isEmpty()) {
            throw new UserException("report needs one run directory, such as runs/embedded-imas-seed1");
        }
        if (line.hasOption("port") && !line.hasOption("serve")) {
            throw new UserException("--port is where --serve shows a page; give both or neither");
        }
        int port = Arguments.whole(line, "port", ReportServer.USUAL_PORT, 0, LAST_PORT);
        if (directories.size() > 1) {
            if (line.hasOption("serve")) {
                throw new UserException("--serve shows the page of one run, or of one comparison (imas compare)");
            }
            Path page = line.hasOption("out") ? Arguments.path(line, "out") : Path.of("comparison.html");
            console.out().println(RunsCompared.write(directories, page));
            return 0;
        }
        if (line.hasOption("out")) {
            throw new UserException("--out names the page of several runs; that of one, or of the folder of a"
                    + " comparison, is written into " + directories.get(0) + ": leave --out out");
        }
        ComparisonFolder comparison = new ComparisonFolder(directories.get(0));
        if (comparison.begun()) {
            Runnable writing = () -> Comparison.resume(comparison).results(console.err()::println);
            return shown(comparison.page(), writing, line.hasOption("serve"), port, console);
        }
        Path page = new RunDirectory(directories.get(0)).report();
        boolean live = line.hasOption("serve") && Files.isRegularFile(page); // a run under way writes it itself
        Runnable writing = live ? () -> {} : () -> ReportWriter.write(directories.get(0));
        return shown(page, writing, line.hasOption("serve"), port, console);
    }

    /** Tells where the page is when it is written; or shows it, and tells of a port that is taken before it is. */
    private static int shown(Path page, Runnable writing, boolean serve, int port, Console console) {
        if (!serve) {
            writing.run();
            console.out().println(page);
            return 0;
        }
        try (ReportServer server = ReportServer.start(page, port)) {
            writing.run();
            console.out().println(server.address());
            console.err().println("shows " + page + " until Ctrl-C");
            while (true) {
                Interrupts.check();
                Pause.of(LOOK_MILLISECONDS);
            }
        }
    }
}
