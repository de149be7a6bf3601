package dev.imas.cli;

import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.Names;
import dev.imas.predict.Segmenter;
import dev.imas.rank.Criterion;
import dev.imas.rank.NetworkPair;
import dev.imas.rank.RankRequest;
import dev.imas.rank.Ranking;
import dev.imas.run.RunDirectory;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.CommandLine;

/** {@code imas rank} by hardness, disagreement or entropy: by what the networks of a run or a weight file answer. */
final class RankByNetwork {
    private final CommandLine line;
    private final Console console;

    RankByNetwork(CommandLine line, Console console) {
        this.line = line;
        this.console = console;
    }

    int run(Criterion criterion, int count, Path out) {
        Path weights = weights();
        NewFolder.require(out);
        RankPictures pictures = RankPictures.of(line, out);
        Arguments.requireHeeded(line, RankByNetwork::heeded, "what networks answer, or how answers are compared");
        try (NetworkPair pair = NetworkPair.open(weights, opening(line, console), Arguments.augmentation(line))) {
            ImasConfig settings = pair.network().settings();
            RankRequest request = new RankRequest(
                    RankPictures.title(weights),
                    pictures.under(settings, console.err()::println),
                    settings,
                    line.hasOption("run") ? Optional.of(new RunDirectory(weights)) : Optional.empty(),
                    criterion,
                    count,
                    line.hasOption("diverse"),
                    line.hasOption("copy"),
                    out);
            RankResult.requireFiles(request);
            console.err()
                    .println("by " + Names.word(criterion)
                            + (criterion == Criterion.DISAGREEMENT ? " of " + pair.compared() : ""));
            return RankResult.told(
                    request,
                    Ranking.looks(request),
                    (notes, progress) -> Ranking.make(request, pair, notes, progress),
                    console);
        }
    }

    /** Two networks are opened, which have much in common. */
    static Segmenter.Options opening(CommandLine line, Console console) {
        Set<String> told = new HashSet<>();
        return Arguments.opening(line, console).notes(note -> {
            if (told.add(note)) {
                console.err().println(note);
            }
        });
    }

    /** What two answers have in common is measured as hardness is. */
    private static boolean heeded(String key) {
        return Arguments.ofNetwork(key)
                || key.equals("unsupervised.class_weighted")
                || key.equals("unsupervised.ignore_background");
    }

    private Path weights() {
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
        return RankPictures.run(line).root();
    }
}
