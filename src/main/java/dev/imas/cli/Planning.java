package dev.imas.cli;

import dev.imas.common.FileNames;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.Unheeded;
import dev.imas.config.Validation;
import dev.imas.data.Inspection;
import dev.imas.plan.Processes;
import dev.imas.plan.Proposal;
import dev.imas.plan.Times;
import dev.imas.train.RunPlanning;
import dev.imas.train.TrainListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;

/** From the command line to a run's configuration: planned where a plan is asked for, else as it is given. */
final class Planning {
    /** What people's own pictures begin with. */
    static final String OWN = "own";

    /** What all runs of a comparison may take together where nothing is said. */
    private static final Duration FOR_COMPARISONS = Duration.ofHours(2);

    /** What a comparison may do without unlabelled pictures. */
    private static final String OF_COMPARISONS = "draw from the labels (--labels)";

    /** Options that are settings by another name. */
    private static final Map<String, String> NAMED = named();

    private Planning() {}

    private static Map<String, String> named() {
        Map<String, String> named = new LinkedHashMap<>();
        named.put("data", "data.root");
        named.put("labeled", "data.labeled");
        named.put("unlabeled", "data.unlabeled");
        named.put("val", "data.validation");
        named.put("device", "device");
        named.put("precision", "precision");
        named.put("seed", "seed");
        named.put("epochs", "training.epochs");
        return named;
    }

    /** Whether a plan is asked for. */
    static boolean plans(CommandLine line) {
        return own(line) || line.hasOption("budget");
    }

    /** Data and settings of a new run; says what was planned, or that a run will take long. */
    static Inspection newRun(CommandLine line, Processes processes, Console console) {
        ImasConfig start = start(line, "embedded", console);
        boolean planned = plans(line);
        if (!planned && start.data().layout() == Layout.EMBEDDED) {
            return Inspection.of(start);
        }
        RunPlanning planning = planning(line, start, budget(line), processes, console);
        Proposal proposal = planned ? planning.plan(true) : planning.estimate();
        if (planned) {
            tell(proposal, console);
        }
        proposal.warning().ifPresent(console.err()::println);
        return planning.run(proposal);
    }

    /**
     * Data and settings that the runs of a comparison have in common.
     *
     * @param start     settings before a plan
     * @param wholeRuns how many runs like this one all of them are
     * @param atOnce    how many are trained side by side
     */
    static Inspection ofRuns(CommandLine line, ImasConfig start, double wholeRuns, int atOnce, Console console) {
        boolean planned = plans(line);
        if (!planned && start.data().layout() == Layout.EMBEDDED) {
            return Inspection.of(start);
        }
        Duration all = budget(line).orElse(FOR_COMPARISONS);
        Duration each = Duration.ofMillis(Math.max(1, Math.round(all.toMillis() / wholeRuns)));
        RunPlanning planning = planning(line, start, Optional.of(each), Processes.ONE, atOnce, OF_COMPARISONS, console);
        Proposal proposal = planned ? planning.plan(true) : planning.estimate();
        if (planned) {
            proposal.reasons().forEach(console.err()::println);
            console.err().println("each run " + proposal.summary());
        }
        double seconds = wholeRuns * proposal.seconds();
        console.err().println("about " + Times.words(seconds) + " in all");
        if (planned && seconds > 1.3 * all.toSeconds()) {
            console.err()
                    .println("that is longer than the " + Times.words(all.toSeconds()) + " of --budget: shorter"
                            + " runs would learn nothing; give more time, fewer --seeds or fewer --labels");
        }
        return planning.run(proposal);
    }

    /** Data and settings of a run that goes on: with more epochs, if there is more time. */
    static Inspection resumed(ImasConfig config, CommandLine line, Processes processes, Console console) {
        if (!line.hasOption("budget")) {
            return Inspection.of(config);
        }
        if (line.hasOption("epochs")) {
            throw new UserException("--budget and --epochs exclude each other on resume: one follows from the other");
        }
        RunPlanning planning = planning(line, config, budget(line), processes, console);
        Proposal proposal = planning.longer();
        console.err().println(proposal.summary());
        return planning.run(proposal);
    }

    /**
     * The settings before a plan.
     *
     * @param otherwise the preset where no folder, preset or file is named
     */
    static ImasConfig start(CommandLine line, String otherwise, Console console) {
        return start(line, otherwise, config -> List.of(config.method()), console);
    }

    /** @param methods for which the settings are */
    static ImasConfig start(
            CommandLine line, String otherwise, Function<ImasConfig, List<Method>> methods, Console console) {
        Map<String, Object> layers = Arguments.layers(line, own(line) ? OWN : otherwise, console);
        if (own(line)) {
            ConfigYaml.set(layers, "name", folderName(line.getOptionValue("data")));
        }
        overrides(layers, line);
        ImasConfig config = ConfigYaml.resolve(layers);
        Set<String> said = new LinkedHashSet<>(Arguments.settingsGiven(line));
        Set<String> named = byName(line);
        if (line.hasOption("strict")) {
            Stream.of(said, named).forEach(keys -> keys.add("network.strict_weights"));
        }
        Unheeded.refuse(config, methods.apply(config), named, said, plans(line));
        Validation.requireWindows(config.network().backbone(), config.evaluation());
        return config;
    }

    /** Keys that a person set in a file or by an option; a file that sets all keys was written by this program. */
    private static Set<String> byName(CommandLine line) {
        Set<String> keys = new LinkedHashSet<>(Arguments.settingsGiven(line));
        if (line.hasOption("config")) {
            keys.addAll(ConfigYaml.writtenIn(Arguments.path(line, "config")));
        }
        return keys;
    }

    /** A plan alone, for which no weights are fetched. */
    static Proposal proposal(CommandLine line, ImasConfig start, Processes processes, Console console) {
        return planning(line, start, budget(line), processes, console).plan(false);
    }

    private static RunPlanning planning(
            CommandLine line, ImasConfig start, Optional<Duration> budget, Processes processes, Console console) {
        return planning(line, start, budget, processes, 1, RunPlanning.OF_A_RUN, console);
    }

    private static RunPlanning planning(
            CommandLine line,
            ImasConfig start,
            Optional<Duration> budget,
            Processes processes,
            int atOnce,
            String remedy,
            Console console) {
        return new RunPlanning(start, given(line), budget, processes, atOnce, remedy, new TrainListener() {
            private final FetchProgress progress = new FetchProgress(console);

            @Override
            public void message(String text) {
                console.err().println(text);
                Interrupts.check();
            }

            @Override
            public void fetching(String name, long done, long total) {
                progress.fetching(name, done, total);
                Interrupts.check();
            }
        });
    }

    static void tell(Proposal proposal, Console console) {
        proposal.reasons().forEach(console.err()::println);
        console.err().println(proposal.summary());
    }

    /** Puts the options' values in their places. */
    static void overrides(Map<String, Object> layers, CommandLine line) {
        NAMED.forEach((option, key) -> Arguments.override(layers, line, option, key));
        if (line.hasOption("tensorboard")) {
            ConfigYaml.set(layers, "training.tensorboard", true);
        }
        if (line.hasOption("strict")) {
            ConfigYaml.set(layers, "network.strict_weights", true);
        }
        Arguments.skipBroken(layers, line);
        Arguments.settings(layers, line);
    }

    /** Pictures without a word on how to train on them. */
    static boolean own(CommandLine line) {
        return line.hasOption("data") && !line.hasOption("preset") && !line.hasOption("config");
    }

    /** What --budget says. @throws UserException where that is no time */
    static Optional<Duration> budget(CommandLine line) {
        return Optional.ofNullable(line.getOptionValue("budget")).map(text -> Times.parse(text, "--budget"));
    }

    /** Keys that a person set, by a preset, a file or an option. */
    private static Set<String> given(CommandLine line) {
        Set<String> given = new LinkedHashSet<>();
        if (line.hasOption("config")) {
            given.addAll(ConfigYaml.givenBy(Arguments.path(line, "config")));
        } else if (line.hasOption("preset")) {
            given.addAll(ConfigYaml.givenBy(line.getOptionValue("preset")));
        } else if (!own(line)) {
            given.addAll(ConfigYaml.givenBy("embedded"));
        }
        NAMED.forEach((option, key) -> {
            if (line.hasOption(option)) {
                given.add(key);
            }
        });
        given.addAll(Arguments.settingsGiven(line));
        if (given.contains("training.epochs") && !line.hasOption("budget")) {
            given.add("data.epoch_length"); // epochs bound the run, each over all pictures
        }
        return given;
    }

    private static String folderName(String folder) {
        Path last = WrittenPath.of(folder).toAbsolutePath().normalize().getFileName();
        return last == null ? OWN : FileNames.plain(FileNames.stem(last), OWN);
    }
}
