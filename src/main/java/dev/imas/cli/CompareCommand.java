package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.compare.Comparison;
import dev.imas.compare.ComparisonFolder;
import dev.imas.compare.Growth;
import dev.imas.compare.Preparation;
import dev.imas.compare.Results;
import dev.imas.compare.Setup;
import dev.imas.config.ImasConfig;
import dev.imas.train.RunStopped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas compare}. */
final class CompareCommand implements Command {
    private static final int MOST_PROCESSES = 64;
    /** Runs that are shorter have not come to rest. */
    private static final long FEW_STEPS = 200;

    @Override
    public Manual manual() {
        return new Manual(
                "compare",
                "train methods side by side on your pictures: does unlabelled data help, does hardness?",
                """
                compare --data FOLDER [--methods LIST] [--seeds N] [--labels LIST] [--budget TIME] ...
                       imas compare --resume DIR [--seeds N] [--ceiling] [--processes N]""",
                """
                Trains supervised, uniform (unlabelled pictures, all alike) and imas (unlabelled pictures by
                hardness) with equal steps, the same labels and the same seeds, and says what may be said of their
                difference: a table, a verdict with its 95 % interval, one HTML page with curves, classes and
                pictures. One plan is made for all runs; what they share before unlabelled pictures take part is
                trained once. --labels 5,10 draws as many of the labelled pictures, at random for every seed (those
                of 5 are among those of 10), and lets the others count as unlabelled: their masks are not seen.
                Ctrl-C ends all runs, --resume goes on; with --resume, --seeds and --ceiling add runs to those that
                are there. docs/compare.md says more.

                examples:
                  imas compare --data photos --budget 2h
                  imas compare --data cells --labels 5,10,20 --ceiling --seeds 3 --budget 8h --processes 2
                  imas compare --resume runs/cells-compare --seeds 5
                  imas compare --methods supervised,imas --seeds 2
                """);
    }

    @Override
    public Options options() {
        return Arguments.device(Arguments.dataset(
                        Arguments.configuration(new Options(), "embedded; own with --data alone"))
                .addOption(option("methods", "LIST", "what is compared (default: supervised,uniform,imas)"))
                .addOption(option("seeds", "N|LIST", "how many seeds, or which: 3 is 1,2,3 (default: 3)"))
                .addOption(option("labels", "LIST", "labelled pictures to draw, such as 5,10,20 (default: all)"))
                .addOption(flag("ceiling", "beside --labels, one supervised run with all labels"))
                .addOption(option(
                        "budget",
                        "TIME",
                        "how long all runs may take together, such as 2h; settings that are not given follow (default"
                                + " with --data alone: 2h)"))
                .addOption(option("epochs", "N", "epochs of every run"))
                .addOption(flag("strict", "refuse initial weights with unknown or missing keys"))
                .addOption(option("out", "DIR", "folder of the comparison (default: runs/NAME-compare)"))
                .addOption(option("processes", "N", "train so many runs at once, with a share of the cores each"))
                .addOption(option("resume", "DIR", "go on with a comparison that was stopped"))
                .addOption(option("only", "RUN", "with --resume: train this run alone, as another machine may do")));
    }

    @Override
    public boolean worksInPieces() {
        return true;
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        int processes = Arguments.whole(line, "processes", 1, 1, MOST_PROCESSES);
        if (line.hasOption("only") && !line.hasOption("resume")) {
            throw new UserException("--only names a run of a comparison that was begun; give its folder (--resume)");
        }
        if (line.hasOption("only") && line.hasOption("processes")) {
            throw new UserException("--only trains one run, with all cores; leave out --processes");
        }
        if (line.hasOption("resume") && line.hasOption("out")) {
            throw new UserException("--resume goes on in the folder of the comparison; leave out --out");
        }
        ComparisonFolder folder = new ComparisonFolder(
                line.hasOption("resume")
                        ? Arguments.path(line, "resume")
                        : line.hasOption("out") ? Arguments.path(line, "out") : null);
        Comparison comparison;
        if (line.hasOption("resume")) {
            comparison = resumed(folder, line, console);
        } else {
            Setup setup = CompareOptions.setup(line);
            Planning.budget(line); // before pictures are looked at
            ImasConfig start = Planning.start(line, "embedded", config -> setup.methods(), console);
            folder = folder.root() == null ? fresh(start) : folder;
            comparison = begun(folder, setup, start, processes, line, console);
        }
        if (line.hasOption("only")) {
            return only(comparison, line.getOptionValue("only"), console);
        }
        return trained(comparison, folder, processes, console);
    }

    /** As it was begun, with more runs where more are asked for. */
    private Comparison resumed(ComparisonFolder folder, CommandLine line, Console console) {
        Comparison comparison = Comparison.resume(folder);
        int before = comparison.setup().runs().size();
        List<Long> seeds = CompareOptions.resumed(comparison.setup(), line);
        boolean ceiling = line.hasOption("ceiling");
        if (comparison.setup().grown(seeds, ceiling).runs().size() == before) {
            return comparison;
        }
        if (line.hasOption("only")) {
            throw new UserException(
                    "--only trains a run that the comparison has; add runs by --seeds and --ceiling without it");
        }
        Comparison grown = Growth.of(
                folder,
                seeds,
                ceiling,
                begun -> Planning.start(
                        CompareOptions.asBegun(begun, options()), "embedded", config -> begun.methods(), console),
                console.err()::println);
        int more = grown.setup().runs().size() - before;
        console.err()
                .println(more + (more == 1 ? " run" : " runs") + " of " + grown.steps() + " steps more, in "
                        + folder.root());
        return grown;
    }

    private static Comparison begun(
            ComparisonFolder folder, Setup setup, ImasConfig start, int processes, CommandLine line, Console console) {
        int runs = setup.runs().size();
        Comparison comparison = Preparation.begin(
                folder,
                setup,
                start,
                asked -> Planning.ofRuns(line, asked, setup.wholeRuns(), Math.min(processes, runs), console),
                console.err()::println);
        console.err()
                .println(runs + (runs == 1 ? " run of " : " runs of ") + comparison.steps() + " steps, in "
                        + folder.root());
        if (comparison.steps() < FEW_STEPS) {
            console.err()
                    .println("so few steps show how a comparison goes, not which method is better; give more --budget");
        }
        return comparison;
    }

    private static int only(Comparison comparison, String run, Console console) {
        try {
            comparison.only(run, new CompareProgress(console, true));
            return 0;
        } catch (RunStopped e) {
            Interrupts.check();
            throw e;
        }
    }

    private static int trained(Comparison comparison, ComparisonFolder folder, int processes, Console console) {
        CompareProgress progress = new CompareProgress(console, false);
        List<String> failures;
        try {
            failures = processes == 1
                    ? comparison.train(progress)
                    : comparison.train(progress, processes, name -> ChildProcess.of(folder.root(), name, processes));
        } catch (RunStopped | Interrupts.Stopped e) {
            console.err()
                    .println(comparison.finished() + " of "
                            + comparison.setup().runs().size() + " runs are finished; imas compare --resume "
                            + folder.root()
                            + " goes on");
            Interrupts.check();
            throw e;
        }
        Results results = comparison.results(console.err()::println);
        console.out().println(results.markdown());
        console.out().println("page   " + folder.page());
        console.out().println("table  " + folder.table());
        console.out().println("raw    " + folder.json());
        if (!failures.isEmpty()) {
            int runs = comparison.setup().runs().size();
            throw new UserException(
                    runs - comparison.finished() + " of " + runs + " runs failed; imas compare --resume "
                            + folder.root() + " tries them again\n" + String.join("\n", failures));
        }
        return 0;
    }

    private static ComparisonFolder fresh(ImasConfig config) {
        String name = config.name() + "-compare";
        Path out = Path.of("runs", name);
        for (int i = 2; Files.exists(out); i++) {
            out = Path.of("runs", name + "-" + i);
        }
        return new ComparisonFolder(out);
    }

    @Override
    public Optional<String> smaller() {
        return Optional.of("lower --processes, the batch or the crop");
    }
}
