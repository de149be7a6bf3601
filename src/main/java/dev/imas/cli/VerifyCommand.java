package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.Interrupts;
import dev.imas.device.Torch;
import dev.imas.verify.GoldenSuite;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.CheckTable;
import dev.imas.verify.engine.GoldenData;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas verify}. */
final class VerifyCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "verify",
                "compare this installation with recorded numbers of the published implementation",
                "verify [--golden DIR] [--device DEVICE] [--markdown]",
                """
                Prints the largest error of every quantity beside its tolerance; exit status 1 when one fails.
                On a GPU the networks compute in float32 without tf32 and may deviate ten times as much as on the
                CPU that they were recorded on; kernels may not.
                """);
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(option("golden", "DIR", "recorded data to compare with (default: the small built-in set)"))
                .addOption(option(
                        "device",
                        "DEVICE",
                        "cpu, cuda or cuda:INDEX: where kernels and networks compute (default: cpu)"))
                .addOption(flag("markdown", "print the table as Markdown"));
    }

    @Override
    public boolean worksInPieces() {
        return true;
    }

    @Override
    public int run(CommandLine line, Console console) throws Exception {
        Arguments.noMore(line);
        Torch.load();
        GoldenData data =
                line.hasOption("golden") ? new GoldenData(Arguments.path(line, "golden")) : GoldenData.builtIn();
        int[] done = new int[1];
        List<Check> checks = GoldenSuite.run(data, line.getOptionValue("device", "cpu"), check -> {
            Interrupts.check();
            done[0]++;
            if (console.interactive()) {
                console.redraw(done[0] + " checks, " + check.group() + " " + check.name());
            }
        });
        if (console.interactive()) {
            console.redraw("");
        }
        console.out().print(line.hasOption("markdown") ? CheckTable.markdown(checks) : CheckTable.text(checks));
        return checks.stream().allMatch(Check::passed) ? 0 : Main.CHECK_FAILED;
    }
}
