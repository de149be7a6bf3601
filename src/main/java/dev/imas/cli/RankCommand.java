package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.Names;
import dev.imas.data.ChannelFiles;
import dev.imas.data.Unannotated;
import dev.imas.predict.Segmenter;
import dev.imas.rank.Criterion;
import dev.imas.rank.NetworkPair;
import dev.imas.rank.RankRequest;
import dev.imas.rank.Ranking;
import dev.imas.rank.RankingFiles;
import dev.imas.rank.Scored;
import dev.imas.run.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas rank}: which pictures to annotate next. */
final class RankCommand implements Command {
    private static final int COUNT = 20;

    @Override
    public Manual manual() {
        return new Manual(
                "rank",
                "say which unlabelled pictures to annotate next: a list, a contact sheet, places for QuPath",
                "rank --run DIR | [--weights RUN] --input FILE|DIR... | --data DIR --out DIR [OPTIONS]",
                """
                coverage      needs no network: pictures whose looks stand for those of the others, beside those
                              that have masks; the default with --run, and without a network
                hardness      1 - gamma as the run measured it, over its last epochs; the default with --diverse
                disagreement  of teacher and student, or of a network and its mean over mirrored (--tta flip)
                              or turned pictures (--tta d4); the default with --weights and --tta
                entropy       of the network's probabilities, mean over the picture

                With --run the run's unlabelled pictures are ranked, or those of --input; pictures that it has
                masks of are never chosen. --diverse takes pictures that differ from one another, among five
                times as many of the hardest. Writes rank.html (each chosen picture beside some that it stands
                for, or with its prediction, and where the networks differ or are unsure), ranking.csv,
                chosen.txt, and, but for coverage, regions/NAME.geojson for QuPath. Pictures that cannot be read
                are named at the end, with exit status 2. docs/rank.md has the rules.

                examples:
                  imas rank --input photos/images --count 12 --copy --out first
                  imas rank --run runs/mine --out next
                  imas rank --run runs/mine --criterion hardness --count 10 --copy --out next
                  imas rank --weights teacher.safetensors --input slides --tta d4 --out next
                """);
    }

    @Override
    public Options options() {
        Options options = new Options()
                .addOption(option("run", "DIR", "run directory: its networks, and its unlabelled pictures"))
                .addOption(Arguments.weights())
                .addOption(Arguments.several("input", "FILE|DIR", "pictures, folders of pictures, or patterns of them"))
                .addOption(flag("recursive", "look into the folders in folders, too"))
                .addOption(option(
                        "data",
                        "DIR",
                        "where the run's pictures are now, if they were moved; without a run a folder as train takes"
                                + " it, whose pictures to learn from count as chosen"))
                .addOption(option("criterion", "KIND", Names.choice(Criterion.class)))
                .addOption(option("count", "N", "pictures to choose (default: " + COUNT + ")"))
                .addOption(flag("diverse", "choose pictures that differ from one another"))
                .addOption(option(
                        "tta",
                        "KIND",
                        "compare the network with its mean over flip (the picture and its mirror image) or d4 (all"
                                + " eight turns and mirrorings), instead of teacher with student (default: none;"
                                + " flip for a weight file)"))
                .addOption(flag("copy", "copy the chosen pictures to --out"))
                .addOption(option("out", "DIR", "folder for the results; absent or empty"));
        return Arguments.device(Arguments.configuration(options, "what the weight file says"));
    }

    @Override
    public Optional<String> smaller() {
        return Optional.of(Segmenter.SMALLER);
    }

    @Override
    public boolean worksInPieces() {
        return true;
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        Criterion criterion = criterion(line);
        int count = count(line);
        Path out = Arguments.path(line, "out");
        if (criterion == Criterion.COVERAGE) {
            return new CoverageCommand(line, console).run(count, out);
        }
        Path weights = weights(line);
        NewFolder.require(out);
        Optional<PredictInputs> inputs = inputs(line, out);
        Set<String> told = new HashSet<>(); // two networks are opened, which have much in common
        Arguments.requireHeeded(line, RankCommand::heeded, "what networks answer, or how answers are compared");
        Segmenter.Options options = Arguments.opening(line, console).notes(note -> {
            if (told.add(note)) {
                console.err().println(note);
            }
        });
        try (NetworkPair pair = NetworkPair.open(weights, options, Arguments.augmentation(line))) {
            ImasConfig settings = pair.network().settings();
            RankRequest request = new RankRequest(
                    title(weights),
                    pictures(line, inputs, settings, console),
                    settings,
                    line.hasOption("run") ? Optional.of(new RunDirectory(weights)) : Optional.empty(),
                    criterion,
                    count,
                    line.hasOption("diverse"),
                    line.hasOption("copy"),
                    out);
            requireFiles(request);
            console.err()
                    .println("by " + Names.word(criterion)
                            + (criterion == Criterion.DISAGREEMENT ? " of " + pair.compared() : ""));
            return ranked(request, pair, console);
        }
    }

    /** What two answers have in common is measured as hardness is. */
    private static boolean heeded(String key) {
        return Arguments.ofNetwork(key)
                || key.equals("unsupervised.class_weighted")
                || key.equals("unsupervised.ignore_background");
    }

    private static Path weights(CommandLine line) {
        if (line.hasOption("run") == line.hasOption("weights")) {
            throw new UserException(
                    line.hasOption("run")
                            ? "--run and --weights exclude each other: both name the networks"
                            : "--run is missing; name a run directory, or --weights and --input (for the first masks,"
                                    + " when nothing was trained, --criterion coverage needs --input or --data alone)");
        }
        if (line.hasOption("weights")) {
            if (!line.hasOption("input")) {
                throw new UserException("--input is missing: with --weights it names the pictures (--run DIR ranks the"
                        + " unlabelled pictures of a run)");
            }
            if (line.hasOption("data")) {
                throw new UserException("--data is about the pictures of a --run, which is not given");
            }
            return Arguments.path(line, "weights");
        }
        return run(line).root();
    }

    /** The directory that --run names. @throws UserException where it is none */
    static RunDirectory run(CommandLine line) {
        RunDirectory run = new RunDirectory(Arguments.path(line, "run"));
        if (!Files.isRegularFile(run.config())) {
            throw new UserException("--run: " + run.root() + " is no run directory (it has no "
                    + RunDirectory.name(run.config())
                    + "); weights alone are named by --weights, and the pictures then by --input");
        }
        return run;
    }

    private static int count(CommandLine line) {
        String text = line.getOptionValue("count", String.valueOf(COUNT));
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw new UserException("--count is " + text + "; expected a whole number from 1 to 999999");
        }
        return Integer.parseInt(text);
    }

    private static Criterion criterion(CommandLine line) {
        boolean measured = line.hasOption("run") && !line.hasOption("input");
        if (!line.hasOption("criterion")) {
            if (line.hasOption("weights") || line.hasOption("tta")) {
                return Criterion.DISAGREEMENT;
            }
            if (line.hasOption("run") && line.hasOption("diverse")) {
                return measured ? Criterion.HARDNESS : Criterion.DISAGREEMENT;
            }
            return Criterion.COVERAGE;
        }
        String word = line.getOptionValue("criterion");
        Criterion criterion = Names.constant(Criterion.class, word)
                .orElseThrow(() ->
                        new UserException("--criterion is " + word + "; expected " + Names.choice(Criterion.class)));
        if (criterion == Criterion.HARDNESS && !measured) {
            throw new UserException("--criterion hardness is what a run measured of its own unlabelled pictures: it"
                    + " needs --run without --input; choose disagreement or entropy");
        }
        return criterion;
    }

    static Optional<PredictInputs> inputs(CommandLine line, Path out) {
        if (!line.hasOption("input")) {
            if (line.hasOption("recursive")) {
                throw new UserException("--recursive is about --input, which is not given");
            }
            return Optional.empty();
        }
        PredictInputs inputs = PredictInputs.of(List.of(line.getOptionValues("input")), line.hasOption("recursive"));
        inputs.keepApart(out, List.of());
        return Optional.of(inputs);
    }

    /** One a picture: with channels in files of their own the first of each. */
    static List<Path> files(PredictInputs inputs, ImasConfig settings) {
        return new ChannelFiles(settings.data().channels())
                .pictures(inputs.pictures().stream()
                        .map(PredictInputs.Found::file)
                        .toList());
    }

    private static Unannotated pictures(
            CommandLine line, Optional<PredictInputs> inputs, ImasConfig settings, Console console) {
        if (inputs.isEmpty()) {
            Unannotated pictures = Unannotated.of(settings);
            require(pictures, "the run has no unlabelled picture; name pictures with --input");
            return pictures;
        }
        List<Path> files = files(inputs.get(), settings);
        if (!line.hasOption("run")) {
            return Unannotated.ofUnknown(files, settings);
        }
        Unannotated pictures = Unannotated.among(files, settings);
        if (pictures.annotated() > 0) {
            console.err()
                    .println(pictures.annotated() + " of " + files.size()
                            + " pictures of --input are left out: the run has masks of them");
        }
        require(pictures, "--input holds no picture that the run has no mask of; name others");
        return pictures;
    }

    static void require(Unannotated pictures, String otherwise) {
        if (pictures.pictures().size() == 0) {
            throw new UserException(pictures.missing().isEmpty() ? otherwise : String.join("\n", pictures.missing()));
        }
    }

    static void requireFiles(RankRequest request) {
        if (request.copy()
                && request.settings().data().layout() == Layout.EMBEDDED
                && request.pictures().pictures().files(0).isEmpty()) {
            throw new UserException("--copy: generated scenes lie in no files; leave it out");
        }
    }

    private static int ranked(RankRequest request, NetworkPair pair, Console console) {
        int looks = Ranking.looks(request);
        Ranking ranking;
        try (PictureProgress progress = new PictureProgress(console, "rank", looks, System::nanoTime)) {
            ranking = Ranking.make(
                    request,
                    pair,
                    note -> {
                        progress.makeRoom();
                        console.err().println(note);
                    },
                    progress::done);
        }
        return told(ranking, request, console);
    }

    /** Says what was chosen and what could not be read; the exit status. */
    static int told(Ranking ranking, RankRequest request, Console console) {
        for (Scored scored : ranking.chosen()) {
            console.out().printf(Locale.ROOT, "%.3f  %s%n", scored.score(), scored.name());
        }
        console.out().println(request.out().resolve(RankingFiles.PAGE));
        List<String> failed = ranking.failed();
        if (!failed.isEmpty()) {
            console.err()
                    .println("imas: " + failed.size() + (failed.size() == 1 ? " picture" : " pictures")
                            + " could not be ranked:");
            failed.forEach(message -> console.err().println("imas: " + message));
        }
        return failed.isEmpty() ? 0 : Main.USER_ERROR;
    }

    /** The last two names of a path: files of all runs are called alike. */
    static String title(Path weights) {
        int names = weights.getNameCount();
        return weights.subpath(Math.max(0, names - 2), names).toString();
    }
}
