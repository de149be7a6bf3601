package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Keep;
import dev.imas.config.Names;
import dev.imas.data.Inspection;
import dev.imas.distributed.Environment;
import dev.imas.distributed.Ranks;
import dev.imas.plan.Processes;
import dev.imas.run.Role;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.train.RunStopped;
import dev.imas.train.Together;
import dev.imas.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** {@code imas train}. */
final class TrainCommand implements Command {
    static final String NAME = "train";
    static final String RESUME = "resume";
    private static final String LOG = "log";
    static final String PROCESSES = "processes";
    static final int MOST_PROCESSES = 9999;

    @Override
    public Manual manual() {
        return new Manual(
                NAME,
                "train a network and write weights, measurements and a report",
                """
                train [--data FOLDER | --preset NAME | --config FILE] [OPTIONS]
                       imas train --resume DIR""",
                """
                Without options it learns on generated scenes (preset embedded); nothing needs to be downloaded.
                With --data alone it learns on your pictures: images/ and masks/ and many other layouts are
                recognised, classes are found and validation pictures set aside (imas data shows that), and a
                plan fits the run to the machine (imas plan shows it).
                A list file names one image a line: `picture mask`, or the picture alone in the unlabelled list.
                Paths are relative to --data. Masks hold class indices; 255 is ignored.
                report.html in the run directory is written anew while the run goes on and refreshes itself.
                --processes trains in several processes, one a GPU or with a share of the CPU's cores each;
                batches are those of all together. Under torchrun, SLURM or Kubernetes leave it out
                (docs/distributed.md).
                --log json prints one JSON object a line on standard output and nothing else (docs/watch.md).

                examples:
                  imas train
                  imas train --data photos --budget 30m
                  imas train --set method=supervised --seed 2
                  imas train --preset camvid --data camvid --labeled splits/46/labeled.txt \\
                             --unlabeled splits/46/unlabeled.txt --val splits/val.txt --out runs/camvid
                  imas train --resume runs/camvid
                  imas train --resume runs/camvid --epochs 120
                  imas train --resume runs/photos --budget 2h
                """);
    }

    @Override
    public Options options() {
        return Arguments.device(Arguments.dataset(
                        Arguments.configuration(new Options(), "embedded; own with --data alone"))
                .addOption(option("out", "DIR", "run directory (default: runs/NAME-METHOD-seedN)"))
                .addOption(option("seed", "N", "the one seed of all random numbers (default: 1)"))
                .addOption(Arguments.budget())
                .addOption(option("epochs", "N", "epochs in all; with --resume a run may be made longer or shorter"))
                .addOption(option("resume", "DIR", "continue a run that was stopped, from its newest checkpoint"))
                .addOption(option(PROCESSES, "N", "train in so many processes on this machine (default: 1)"))
                .addOption(flag("tensorboard", "also write event files for TensorBoard into the run directory"))
                .addOption(
                        option(LOG, "KIND", "how the run tells of itself: text, or json for programs (default: text)"))
                .addOption(flag("strict", "refuse initial weights with unknown or missing keys")));
    }

    @Override
    public boolean worksInPieces() {
        return true;
    }

    @Override
    public int run(CommandLine line, Console console) throws IOException {
        Arguments.noMore(line);
        String log = line.getOptionValue(LOG, "text");
        if (!List.of("text", "json").contains(log)) {
            throw new UserException("--log is " + log + "; expected text or json");
        }
        Optional<Environment> place = Environment.ofThisProcess();
        int processes = line.hasOption(PROCESSES) ? processes(line, place) : 1;
        boolean resume = line.hasOption(RESUME);
        boolean again = startedAgain(line);
        if (!resume && !again && line.hasOption("out")) {
            new RunDirectory(Arguments.path(line, "out")).requireFree(); // before pictures are looked at
        }
        if (processes > 1) {
            requireShared(line, resume || again, processes, console); // told once, not by each process
            return new TrainingLauncher(alone(line), processes, console).run();
        }
        if (place.isPresent()) {
            return new TrainingRank(place.get(), line, console).run();
        }
        Inspection run = begin(line, resume, Processes.ONE, console);
        Path out = out(line, run.config());
        return train(run, run.config().device(), out, resume || again, console, Ranks.ALONE);
    }

    /** Data and settings of a run that begins, or goes on. */
    static Inspection begin(CommandLine line, boolean resume, Processes processes, Console console) {
        if (startedAgain(line)) {
            console.err()
                    .println("started anew after a failure: the run in " + line.getOptionValue("out") + " goes on");
            return Inspection.of(begun(line));
        }
        return resume
                ? Planning.resumed(resumed(line), line, processes, console)
                : Planning.newRun(line, processes, console).withKinds();
    }

    /** Whether torchrun or SLURM has started the same command anew after a failure, with a run to go on with. */
    static boolean startedAgain(CommandLine line) {
        return Environment.restarts() > 0
                && line.hasOption("out")
                && !line.hasOption(RESUME)
                && new RunDirectory(Arguments.path(line, "out")).begun();
    }

    /** The settings of the run in {@code --out}. */
    static ImasConfig begun(CommandLine line) {
        return ConfigYaml.resolve(ConfigYaml.complete(new RunDirectory(Arguments.path(line, "out")).config()));
    }

    private static void requireShared(CommandLine line, boolean goesOn, int processes, Console console) {
        if (!goesOn) {
            ImasConfig start = Planning.start(line, "embedded", console);
            if (!Planning.plans(line)) { // a plan shares what is not given
                Together.requireDivisible(start, processes);
            }
        }
    }

    /** The run directory. */
    static Path out(CommandLine line, ImasConfig config) {
        return line.hasOption(RESUME)
                ? Arguments.path(line, RESUME)
                : line.hasOption("out") ? Arguments.path(line, "out") : freshDirectory(config);
    }

    private static int processes(CommandLine line, Optional<Environment> place) {
        int processes = Arguments.whole(line, PROCESSES, 1, 1, MOST_PROCESSES);
        if (place.isPresent()) {
            throw new UserException("--processes starts processes, but this one was started as one of "
                    + place.get().size() + " (WORLD_SIZE); leave it out");
        }
        return processes;
    }

    /** The command line of one of the processes. */
    private static List<String> alone(CommandLine line) {
        List<String> arguments = new ArrayList<>(List.of(NAME));
        for (Option option : line.getOptions()) {
            if (!option.getLongOpt().equals(PROCESSES)) {
                arguments.add("--" + option.getLongOpt());
                arguments.addAll(option.getValuesList());
            }
        }
        return arguments;
    }

    /** Trains as rank 0 of the processes. */
    static int train(Inspection run, String device, Path out, boolean resume, Console console, Ranks ranks)
            throws IOException {
        ImasConfig config = run.config();
        RunSummary summary;
        try (RunProgress progress = console.json()
                .<RunProgress>map(lines -> new JsonProgress(lines, config, out))
                .orElseGet(() -> new TrainingProgress(console, config, System::nanoTime))) {
            summary = Trainer.run(run, device, out, resume, progress, ranks);
            if (progress instanceof JsonProgress json) {
                json.ended(summary);
                return 0;
            }
        } catch (RunStopped | Interrupts.Stopped e) {
            console.err().println(toGoOn(out));
            Interrupts.check();
            throw e;
        }
        console.out().println(result(summary, config));
        console.out().println("weights  " + new RunDirectory(out).result());
        console.out().println("report   " + new RunDirectory(out).report());
        return 0;
    }

    private static String toGoOn(Path out) throws IOException {
        RunDirectory run = new RunDirectory(out);
        List<Long> steps = run.checkpoints().steps();
        if (steps.isEmpty()) {
            boolean begun = Files.isRegularFile(run.config());
            return "no checkpoint was written yet; " + (begun ? "imas train --resume " + out : "the same command")
                    + " begins again";
        }
        return "imas train --resume " + out + " goes on after step " + steps.get(0);
    }

    private static String result(RunSummary summary, ImasConfig config) {
        boolean student = summary.result().equals(Role.STUDENT.word());
        String miou = String.format(
                Locale.ROOT,
                student ? "mIoU %2$.1f %% (student; teacher %1$.1f %%), " : "mIoU %.1f %% (teacher; student %.1f %%), ",
                100 * summary.miouTeacher(),
                100 * summary.miouStudent());
        boolean best = config.training().keep() == Keep.BEST && summary.keptEpoch() == summary.bestEpoch();
        return best
                ? miou + "kept from epoch " + summary.keptEpoch() + ", the best of " + summary.epochs()
                : miou
                        + String.format(
                                Locale.ROOT, "best %.1f %% in epoch %d", 100 * summary.bestMiou(), summary.bestEpoch());
    }

    /** The run's own configuration; only what does not change a step may be set anew, and how many there are. */
    static ImasConfig resumed(CommandLine line) {
        for (String option : List.of("preset", "config", "out")) {
            if (line.hasOption(option)) {
                throw new UserException("--resume continues a run as it was configured; leave out --" + option);
            }
        }
        RunDirectory run = new RunDirectory(Arguments.path(line, "resume"));
        run.requireConfig();
        Map<String, Object> layers = ConfigYaml.complete(run.config());
        Planning.overrides(layers, line);
        return ConfigYaml.resolve(layers);
    }

    private static Path freshDirectory(ImasConfig config) {
        String name = config.name() + "-" + Names.word(config.method()) + "-seed" + config.seed();
        Path out = Path.of("runs", name);
        for (int i = 2; Files.exists(out); i++) {
            out = Path.of("runs", name + "-" + i);
        }
        return out;
    }
}
