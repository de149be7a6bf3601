package dev.imas.cli;

import dev.imas.common.NewFolder;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Unannotated;
import dev.imas.rank.CoverageRanking;
import dev.imas.rank.Criterion;
import dev.imas.rank.RankRequest;
import dev.imas.rank.Ranking;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.cli.CommandLine;

/** {@code imas rank} by coverage, which needs no network: of a run, a data folder, or any pictures. */
final class CoverageCommand {
    private final CommandLine line;
    private final Console console;

    CoverageCommand(CommandLine line, Console console) {
        this.line = line;
        this.console = console;
    }

    int run(int count, Path out) {
        refuseWhatAsksANetwork();
        NewFolder.require(out);
        Optional<PredictInputs> inputs = RankCommand.inputs(line, out);
        ImasConfig settings = settings(inputs);
        Unannotated some = pictures(inputs, settings, console.err()::println);
        ImasConfig settled = some.settle(settings, console.err()::println);
        RankRequest request = new RankRequest(
                title(inputs),
                settled.equals(settings) ? some : pictures(inputs, settled, known -> {}),
                settled,
                Optional.empty(),
                Criterion.COVERAGE,
                count,
                true,
                line.hasOption("copy"),
                out);
        RankCommand.requireFiles(request);
        console.err()
                .println("by coverage of " + request.pictures().learned().size() + " annotated and "
                        + request.pictures().pictures().size() + " other pictures");
        int looks = CoverageRanking.looks(request);
        try (PictureProgress progress = new PictureProgress(console, "rank", looks, System::nanoTime)) {
            Ranking ranking = CoverageRanking.make(
                    request,
                    note -> {
                        progress.makeRoom();
                        console.err().println(note);
                    },
                    progress::done);
            return RankCommand.told(ranking, request, console);
        }
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
                line, key -> key.startsWith("data."), "--criterion coverage, which looks at the pictures alone");
    }

    /** Of the run; of a data folder as train would read it; of pictures alone those of the command line. */
    private ImasConfig settings(Optional<PredictInputs> inputs) {
        if (line.hasOption("run")) {
            Map<String, Object> layers = ConfigYaml.ofRun(RankCommand.run(line).config());
            Planning.overrides(layers, line);
            return ConfigYaml.resolve(layers);
        }
        if (inputs.isPresent() && line.hasOption("data")) {
            throw new UserException("--data and --input both name pictures; leave one out, or name the --run that"
                    + " has its pictures in --data");
        }
        if (inputs.isEmpty() && !line.hasOption("data") && !line.hasOption("config")) {
            throw new UserException("--criterion coverage needs pictures: --input names them, --data a folder with"
                    + " pictures and masks, --run a run that has some");
        }
        return Planning.start(line, Planning.OWN, console);
    }

    private Unannotated pictures(Optional<PredictInputs> inputs, ImasConfig settings, Consumer<String> notes) {
        Unannotated pictures;
        if (inputs.isEmpty()) {
            pictures = Unannotated.of(settings, notes);
        } else {
            List<Path> files = RankCommand.files(inputs.get(), settings);
            pictures =
                    line.hasOption("run") ? Unannotated.among(files, settings) : Unannotated.ofUnknown(files, settings);
        }
        RankCommand.require(pictures, "there is no picture without a mask to choose; name others with --input");
        return pictures;
    }

    private String title(Optional<PredictInputs> inputs) {
        String named = line.hasOption("run") ? "run" : line.hasOption("data") ? "data" : "config";
        if (inputs.isEmpty() || line.hasOption("run")) {
            return RankCommand.title(Arguments.path(line, named));
        }
        String[] names = line.getOptionValues("input");
        return names[0] + (names.length > 1 ? " and " + (names.length - 1) + " more" : "");
    }
}
