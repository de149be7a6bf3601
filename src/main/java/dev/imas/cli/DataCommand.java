package dev.imas.cli;

import static dev.imas.cli.Arguments.option;

import dev.imas.common.WrittenPath;
import dev.imas.data.Finding.Severity;
import dev.imas.data.Inspection;
import dev.imas.report.DataPage;
import java.nio.file.Path;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas data}. */
final class DataCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "data",
                "look a data set over before training: what it holds, and what is wrong with it",
                "data --data DIR [OPTIONS]",
                """
                Says what the folder was recognised as, counts, sizes and classes, and everything that would fail in
                training or is likely not meant; writes the same as one HTML page with sample pictures to --out.
                It takes train's options for data and settings, and looks at what train would. Exit status 2 when
                training would fail.

                examples:
                  imas data --data photos
                  imas data --config mine.yaml --out mine.html
                """);
    }

    @Override
    public Options options() {
        return Arguments.dataset(Arguments.configuration(
                        new Options(), "folders; own, its layout recognised, with --data alone"))
                .addOption(option("out", "FILE", "the page (default: data.html)"));
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        Inspection inspection =
                Inspection.of(Planning.start(line, "folders", console)).withKinds();
        inspection.recognised().forEach(console.out()::println);
        inspection.summary().forEach(console.out()::println);
        inspection.findings().forEach(console.out()::println);
        Path page = WrittenPath.of(line.getOptionValue("out", "data.html"));
        DataPage.write(inspection, page);
        console.out().println("page        " + page);
        if (!inspection.faulty()) {
            return 0;
        }
        long faults = inspection.findings().stream()
                .filter(finding -> finding.severity() == Severity.FAULT)
                .count();
        console.err().println("imas: " + (faults == 1 ? "1 fault" : faults + " faults") + ": training would not begin");
        return Main.USER_ERROR;
    }
}
