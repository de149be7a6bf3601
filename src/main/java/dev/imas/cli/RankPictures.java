package dev.imas.cli;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.ChannelFiles;
import dev.imas.data.Unannotated;
import dev.imas.run.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.cli.CommandLine;

/**
 * The pictures that {@code imas rank} chooses from: those of --input, or else those of a run or a data folder; without
 * those that have masks.
 */
record RankPictures(CommandLine line, Optional<PredictInputs> inputs) {
    /** @param out where nothing of --input may lie */
    static RankPictures of(CommandLine line, Path out) {
        if (!line.hasOption("input")) {
            if (line.hasOption("recursive")) {
                throw new UserException("--recursive is about --input, which is not given");
            }
            return new RankPictures(line, Optional.empty());
        }
        PredictInputs inputs = PredictInputs.of(List.of(line.getOptionValues("input")), line.hasOption("recursive"));
        inputs.keepApart(out, List.of());
        return new RankPictures(line, Optional.of(inputs));
    }

    /**
     * One at least.
     *
     * @param settings of the run, of the data folder, or of the network that looks at the pictures
     * @param notes    told what a folder was recognised as, and which pictures of --input are left out
     */
    Unannotated under(ImasConfig settings, Consumer<String> notes) {
        inputs.ifPresent(named -> named.passed(Arguments.path(line, "out")).forEach(notes));
        if (inputs.isEmpty()) {
            Unannotated pictures = Unannotated.of(settings, notes);
            require(pictures, "there is no picture without a mask to choose; name others with --input");
            return pictures;
        }
        List<Path> files = files(inputs.get(), settings);
        if (!line.hasOption("run")) {
            return Unannotated.ofUnknown(files, settings);
        }
        Unannotated pictures = Unannotated.among(files, settings);
        if (pictures.annotated() > 0) {
            notes.accept(pictures.annotated() + " of " + files.size()
                    + " pictures of --input are left out: the run has masks of them");
        }
        require(pictures, "--input holds no picture that the run has no mask of; name others");
        return pictures;
    }

    /** One a picture: with channels in files of their own the first of each. */
    private static List<Path> files(PredictInputs inputs, ImasConfig settings) {
        return new ChannelFiles(settings.data().channels())
                .pictures(inputs.pictures().stream()
                        .map(PredictInputs.Found::file)
                        .toList());
    }

    private static void require(Unannotated pictures, String otherwise) {
        if (pictures.pictures().size() == 0) {
            throw new UserException(pictures.missing().isEmpty() ? otherwise : String.join("\n", pictures.missing()));
        }
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

    /** The last two names of a path: files of all runs are called alike. */
    static String title(Path path) {
        int names = path.getNameCount();
        return path.subpath(Math.max(0, names - 2), names).toString();
    }
}
