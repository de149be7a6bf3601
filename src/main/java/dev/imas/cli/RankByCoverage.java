package dev.imas.cli;

import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Unannotated;
import dev.imas.rank.CoverageRanking;
import dev.imas.rank.Criterion;
import dev.imas.rank.RankRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** {@code imas rank} by coverage, which needs no network: of a run, a data folder, or any pictures. */
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
        console.err()
                .println("by coverage of " + request.pictures().learned().size() + " annotated and "
                        + request.pictures().pictures().size() + " other pictures");
        return RankResult.told(
                request,
                CoverageRanking.looks(request),
                (notes, progress) -> CoverageRanking.make(request, notes, progress),
                console);
    }

    private void refuseWhatAsksANetwork() {
        for (String option : List.of("weights", "tta", "diverse", "device", "precision")) {
            if (line.hasOption(option)) {
                throw new UserException("--criterion coverage"
                        + (line.hasOption("criterion") ? "" : ", which is taken where none is named,")
                        + " looks at the pictures alone, and no network at them, and its choice is spread by itself;"
                        + " leave out --" + option
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
