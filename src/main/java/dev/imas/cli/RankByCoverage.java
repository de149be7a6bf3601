package dev.imas.cli;

import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Unannotated;
import dev.imas.predict.TestTimeAugmentation;
import dev.imas.rank.CoverageRanking;
import dev.imas.rank.Criterion;
import dev.imas.rank.NetworkPair;
import dev.imas.rank.RankRequest;
import dev.imas.run.RunWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** {@code imas rank} by coverage, which asks no network: of a run, a data folder, or any pictures. */
final class RankByCoverage {
    private final CommandLine line;
    private final Console console;

    RankByCoverage(CommandLine line, Console console) {
        this.line = line;
        this.console = console;
    }

    int run(int count, Path out) {
        refuseWhatAsksANetwork();
        NewFolder.require(out);
        RankPictures pictures = RankPictures.of(line, out);
        ImasConfig settings = settings(pictures);
        Unannotated some = pictures.under(settings, console.err()::println);
        ImasConfig settled = some.settle(settings, console.err()::println);
        RankRequest request = new RankRequest(
                title(pictures),
                settled.equals(settings) ? some : pictures.under(settled, known -> {}),
                settled,
                Optional.empty(),
                Criterion.COVERAGE,
                count,
                true,
                line.hasOption("copy"),
                out);
        RankResult.requireFiles(request);
        Optional<NetworkPair> pair = networks();
        try {
            console.err()
                    .println("by coverage of " + request.pictures().learned().size() + " annotated and "
                            + request.pictures().pictures().size() + " other pictures"
                            + pair.map(both -> ", shown with what " + both.compared() + " see")
                                    .orElse(""));
            return RankResult.told(
                    request,
                    CoverageRanking.looks(request, pair),
                    (notes, progress) -> CoverageRanking.make(request, pair, notes, progress),
                    console);
        } finally {
            pair.ifPresent(NetworkPair::close);
        }
    }

    /** Those of a run whose own pictures are chosen from; --input may name pictures of another kind. */
    private boolean asksTheRun() {
        return line.hasOption("run") && !line.hasOption("input");
    }

    /** What the run's networks see is shown, where it has come to have some. */
    private Optional<NetworkPair> networks() {
        if (!asksTheRun()) {
            return Optional.empty();
        }
        Path run = RankPictures.run(line).root();
        try {
            RunWeights.of(run, false, note -> {});
        } catch (UserException e) {
            console.err().println("what the run's networks see is not shown: " + e.getMessage());
            return Optional.empty();
        }
        return Optional.of(NetworkPair.open(run, RankByNetwork.opening(line, console), TestTimeAugmentation.NONE));
    }

    private void refuseWhatAsksANetwork() {
        List<String> ofNetworks = new ArrayList<>(List.of("weights", "tta", "diverse"));
        if (!asksTheRun()) {
            ofNetworks.addAll(List.of("device", "precision"));
        }
        for (String option : ofNetworks) {
            if (line.hasOption(option)) {
                throw new UserException("--criterion coverage"
                        + (line.hasOption("criterion") ? "" : ", which is taken where none is named,")
                        + " goes by the pictures' looks alone, whatever a network sees, and its choice is spread by"
                        + " itself; leave out --" + option
                        + (line.hasOption("run") ? ", or name another criterion, which asks the run's networks" : ""));
            }
        }
        for (String option : List.of("preset", "config")) {
            if (line.hasOption("run") && line.hasOption(option)) {
                throw new UserException("--" + option + " is not looked at beside --run, whose pictures its own"
                        + " settings name; leave it out");
            }
        }
        Arguments.requireHeeded(
                line,
                key -> key.startsWith("data.") || key.equals("seed"), // which draws generated scenes
                "--criterion coverage, which looks at the pictures alone");
    }

    /** Of the run; of a data folder as train would read it; of pictures alone those of the command line. */
    private ImasConfig settings(RankPictures pictures) {
        if (line.hasOption("run")) {
            Map<String, Object> layers = ConfigYaml.ofRun(RankPictures.run(line).config());
            Planning.overrides(layers, line);
            return ConfigYaml.resolve(layers);
        }
        if (pictures.inputs().isPresent() && line.hasOption("data")) {
            throw new UserException("--data and --input both name pictures; leave one out, or name the --run that"
                    + " has its pictures in --data");
        }
        if (pictures.inputs().isEmpty() && !line.hasOption("data") && !line.hasOption("config")) {
            throw new UserException("--criterion coverage needs pictures: --input names them, --data a folder with"
                    + " pictures and masks, --run a run that has some");
        }
        return Planning.start(line, Planning.OWN, console);
    }

    private String title(RankPictures pictures) {
        String named = line.hasOption("run") ? "run" : line.hasOption("data") ? "data" : "config";
        if (pictures.inputs().isEmpty() || line.hasOption("run")) {
            return RankPictures.title(Arguments.path(line, named));
        }
        String[] names = line.getOptionValues("input");
        return names[0] + (names.length > 1 ? " and " + (names.length - 1) + " more" : "");
    }
}
