package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.config.ConfigYaml;
import dev.imas.config.DeviceName;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.Names;
import dev.imas.predict.Segmenter;
import dev.imas.predict.TestTimeAugmentation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Options that several commands share, and what they mean. */
final class Arguments {
    static final String SET = "set";

    private static final String SKIP_BROKEN = "skip-broken";
    /** Sections, and keys without one, of which a trained network takes no notice. */
    private static final Set<String> OF_TRAINING =
            Set.of("training", "supervised", "unsupervised", "method", "augment");

    /** What a folder is trained with where nothing is said. */
    private static final Map<String, List<String>> GROUPS = groups();

    private Arguments() {}

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put(
                "data",
                List.of(
                        "run",
                        "weights",
                        "input",
                        "recursive",
                        "golden",
                        "data",
                        "labeled",
                        "unlabeled",
                        "val",
                        "from",
                        "images",
                        "annotations"));
        groups.put(
                "settings",
                List.of(
                        "preset",
                        "config",
                        SET,
                        "seed",
                        "methods",
                        "seeds",
                        "labels",
                        "ceiling",
                        "budget",
                        "epochs",
                        "strict",
                        "skip-broken",
                        "student",
                        "classes",
                        "class-from",
                        "background",
                        "sparse",
                        "empty",
                        "format",
                        "tolerance",
                        "criterion",
                        "count",
                        "diverse",
                        "tta",
                        "tile",
                        "overlap"));
        groups.put(
                "what it says of itself",
                List.of("name", "description", "author", "license", "license-file", "picture"));
        groups.put("machine", List.of("device", "precision", "processes"));
        groups.put(
                "results",
                List.of(
                        "out",
                        "to",
                        "check",
                        "link",
                        "resume",
                        "only",
                        "json",
                        "log",
                        "tensorboard",
                        "markdown",
                        "skip-existing",
                        "overwrite",
                        "copy",
                        "tiff",
                        "overlay",
                        "probabilities",
                        "confidence",
                        "geojson",
                        "simplify",
                        "leave-out"));
        return groups;
    }

    /** The options by what they are about, for the help; groups without an option are left out. */
    static Map<String, Options> grouped(Options options) {
        Map<String, Options> grouped = new LinkedHashMap<>();
        GROUPS.keySet().forEach(group -> grouped.put(group, new Options()));
        grouped.put("other", new Options());
        for (Option option : options.getOptions()) {
            String group = GROUPS.keySet().stream()
                    .filter(name -> GROUPS.get(name).contains(option.getLongOpt()))
                    .findFirst()
                    .orElse("other");
            grouped.get(group).addOption(option);
        }
        grouped.values().removeIf(members -> members.getOptions().isEmpty());
        return grouped;
    }

    static Option option(String name, String argument, String description) {
        return Option.builder()
                .longOpt(name)
                .hasArg()
                .argName(argument)
                .desc(description)
                .build();
    }

    /** An option with one value or more, which may also be given several times. */
    static Option several(String name, String argument, String description) {
        return Option.builder()
                .longOpt(name)
                .hasArgs()
                .argName(argument)
                .desc(description)
                .build();
    }

    static Option flag(String name, String description) {
        return Option.builder().longOpt(name).desc(description).build();
    }

    /** @param otherwise what holds when neither a preset nor a file is named */
    static Options configuration(Options options, String otherwise) {
        return options.addOption(option(
                        "preset",
                        "NAME",
                        "a named configuration; `imas presets` lists them (default: " + otherwise + ")"))
                .addOption(option(
                        "config",
                        "FILE",
                        "a YAML file instead of a preset; the published implementation's layout is understood too"))
                .addOption(
                        option(SET, "KEY=VALUE", "override one setting, such as training.epochs=20; may be repeated"));
    }

    static Option budget() {
        return option(
                "budget",
                "TIME",
                "how long the run may take in all, such as 30m or 2h; settings that are not given follow (default with"
                        + " --data alone: 1h on a CPU, 6h on a GPU)");
    }

    static Options device(Options options) {
        return options.addOption(option("device", "DEVICE", DeviceName.EXPECTED + " (default: auto)"))
                .addOption(option(
                        "precision",
                        "KIND",
                        Names.choice(Precision.class) + " (default: auto, the fastest of the device)"));
    }

    /** The merged layers of --preset or --config, without the single settings. */
    static Map<String, Object> layers(CommandLine line, String defaultPreset, Console console) {
        onePresetOrFile(line);
        if (line.hasOption("config")) {
            Path file = path(line, "config");
            return ConfigYaml.file(file, note -> console.err().println(note));
        }
        return ConfigYaml.preset(line.getOptionValue("preset", defaultPreset));
    }

    private static void onePresetOrFile(CommandLine line) {
        if (line.hasOption("preset") && line.hasOption("config")) {
            throw new UserException(
                    "--preset and --config exclude each other; a file may build on a preset with" + " `extends: NAME`");
        }
    }

    /** Opens --weights with the settings that the command line names. */
    static Segmenter segmenter(CommandLine line, Console console) {
        return segmenter(line, console, options -> options);
    }

    /** @param last what holds whatever the command line names */
    static Segmenter segmenter(CommandLine line, Console console, UnaryOperator<Segmenter.Options> last) {
        Segmenter.Options options = last.apply(opening(line, console));
        requireHeeded(line, Arguments::ofNetwork, "a network that is trained");
        Segmenter segmenter = Segmenter.open(paths(line, "weights"), options, augmentation(line));
        String window = "evaluation.window";
        if (settingsGiven(line).contains(window)
                && segmenter.settings().evaluation().mode() == EvaluationMode.WHOLE) {
            segmenter.close();
            throw new UserException(window + " does nothing with evaluation.mode whole, which the network's run had;"
                    + " leave it out, or set evaluation.mode=sliding, too");
        }
        return segmenter;
    }

    /** What the command line says of how weights are opened. */
    static Segmenter.Options opening(CommandLine line, Console console) {
        onePresetOrFile(line);
        ConfigYaml.set(new LinkedHashMap<>(), assignments(line)); // tells what is wrong with any of them
        Segmenter.Options options = Segmenter.Options.defaults()
                .strict(line.hasOption("strict"))
                .student(line.hasOption("student"))
                .notes(note -> console.err().println(note));
        if (line.hasOption("preset")) {
            options = options.preset(line.getOptionValue("preset"));
        }
        if (line.hasOption("config")) {
            options = options.configuration(path(line, "config"));
        }
        options = with(options, line, "data", "data.root");
        options = with(options, line, "val", "data.validation");
        options = with(options, line, "device", "device");
        options = with(options, line, "precision", "precision");
        for (String assignment : assignments(line)) {
            options = options.set(assignment);
        }
        return options;
    }

    /** What a trained network answers does not depend on how one is trained; windows may have a crop's size. */
    static boolean ofNetwork(String key) {
        return !OF_TRAINING.contains(key.replaceFirst("\\..*", "")) || key.equals("augment.crop");
    }

    /**
     * Refuses single settings that nothing would come of.
     *
     * @param heeded whether a setting does something
     * @param what   to which the others do nothing
     */
    static void requireHeeded(CommandLine line, Predicate<String> heeded, String what) {
        List<String> vain = settingsGiven(line).stream().filter(heeded.negate()).toList();
        // With a preset or file some may be needed to make its settings fit each other.
        if (!vain.isEmpty() && !line.hasOption("preset") && !line.hasOption("config")) {
            throw new UserException(String.join(", ", vain) + (vain.size() == 1 ? " does" : " do") + " nothing to "
                    + what + "; leave " + (vain.size() == 1 ? "it" : "them") + " out");
        }
    }

    private static Segmenter.Options with(Segmenter.Options options, CommandLine line, String option, String key) {
        requireOnce(line, option, key);
        return line.hasOption(option) ? options.set(key, line.getOptionValue(option), "--" + option) : options;
    }

    /** What names the pictures and masks of a data set. */
    static Options dataset(Options options) {
        return options.addOption(
                        option("data", "DIR", "folder of pictures and masks; paths in lists are relative to it"))
                .addOption(option("labeled", "LIST", "list of labelled images"))
                .addOption(option("unlabeled", "LIST", "list of unlabelled images; no mask is ever read for them"))
                .addOption(option("val", "LIST", "list of validation images"))
                .addOption(skipBroken());
    }

    static Option weights() {
        return option(
                "weights",
                "FILE|RUN",
                "safetensors or .pth file, a run directory, or a checkpoint of a run (its file, or the folder for the"
                        + " newest)");
    }

    /** As {@link #weights}, for commands that let several networks answer as one. */
    static Option severalWeights() {
        return several("weights", "FILE|RUN", weights().getDescription() + "; several answer as one, by the mean");
    }

    static Option augmentation() {
        return option(
                "tta",
                "KIND",
                "show each picture in several positions and take the mean of the probabilities: flip (as it is and"
                        + " mirrored), d4 (all eight turns and mirrorings), none (default: none)");
    }

    static TestTimeAugmentation augmentation(CommandLine line) {
        String word = line.getOptionValue("tta", "none");
        return Names.constant(TestTimeAugmentation.class, word)
                .orElseThrow(() -> new UserException(
                        "--tta is " + word + "; expected " + Names.choice(TestTimeAugmentation.class)));
    }

    static Option student() {
        return flag(
                "student",
                "of a run directory the student, not its result; of a checkpoint the student, not the teacher");
    }

    static Option skipBroken() {
        return flag(SKIP_BROKEN, "go on without pictures and masks that cannot be read, and name them");
    }

    /** What {@code --skip-broken} sets, where it is given. */
    static void skipBroken(Map<String, Object> layers, CommandLine line) {
        if (line.hasOption(SKIP_BROKEN)) {
            ConfigYaml.set(layers, "data.skip_broken", "true", "--" + SKIP_BROKEN);
        }
    }

    /** An option and the setting that it stands for may say two things. */
    private static void requireOnce(CommandLine line, String option, String key) {
        if (line.hasOption(option) && settingsGiven(line).contains(key)) {
            throw new UserException("--" + option + " and --set " + key + " both set " + key + "; give one of them");
        }
    }

    private static List<String> assignments(CommandLine line) {
        return line.hasOption(SET) ? List.of(line.getOptionValues(SET)) : List.of();
    }

    /** The keys of all --set, in order. */
    static List<String> settingsGiven(CommandLine line) {
        return assignments(line).stream()
                .map(assignment -> assignment
                        .substring(0, Math.max(0, assignment.indexOf('=')))
                        .strip())
                .toList();
    }

    /** Puts an option's value under a key, if the option was given. */
    static void override(Map<String, Object> layers, CommandLine line, String option, String key) {
        requireOnce(line, option, key);
        if (line.hasOption(option)) {
            ConfigYaml.set(layers, key, line.getOptionValue(option), "--" + option);
        }
    }

    /** Applies every --set, in order. */
    static void settings(Map<String, Object> layers, CommandLine line) {
        ConfigYaml.set(layers, assignments(line));
    }

    static void noMore(CommandLine line) {
        if (!line.getArgList().isEmpty()) {
            throw new UserException(
                    "unexpected argument " + line.getArgList().get(0) + "; every value belongs to an option");
        }
    }

    /** The number behind an option, which lies in a range. */
    static double number(CommandLine line, String option, double otherwise, double least, double most) {
        if (!line.hasOption(option)) {
            return otherwise;
        }
        String text = line.getOptionValue(option);
        try {
            double number = Double.parseDouble(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UserException(
                "--" + option + " is " + text + "; expected a number from " + plain(least) + " to " + plain(most));
    }

    /** As {@link #number}, a whole one. */
    static int whole(CommandLine line, String option, int otherwise, int least, int most) {
        if (!line.hasOption(option)) {
            return otherwise;
        }
        String text = line.getOptionValue(option);
        if (text.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new UserException(
                "--" + option + " is " + text + "; expected a whole number from " + least + " to " + most);
    }

    /** Without the decimals that a whole number needs not. */
    static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }

    /** All values of an option, at least one. */
    static List<Path> paths(CommandLine line, String option) {
        path(line, option);
        return Stream.of(line.getOptionValues(option)).map(WrittenPath::of).toList();
    }

    static Path path(CommandLine line, String option) {
        if (!line.hasOption(option)) {
            throw new UserException("--" + option + " is missing");
        }
        return WrittenPath.of(line.getOptionValue(option));
    }
}
