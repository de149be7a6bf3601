package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.UserException;
import dev.imas.config.Names;
import dev.imas.predict.Segmenter;
import dev.imas.rank.Criterion;
import java.nio.file.Path;
import java.util.Optional;
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
                times as many of the hardest. Writes rank.html (each chosen picture, by coverage beside some that
                it stands for; what the networks see in it, and where they differ or are unsure), ranking.csv,
                chosen.txt, and, of a run or weights, regions/NAME.geojson for QuPath. Pictures that cannot be read
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
        return criterion == Criterion.COVERAGE
                ? new RankByCoverage(line, console).run(count, out)
                : new RankByNetwork(line, console).run(criterion, count, out);
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
}
