package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.cli.PredictPlan.Job;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.data.ChannelFiles;
import dev.imas.predict.Segmenter;
import dev.imas.run.RunWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * {@code imas predict}: {@link PredictInputs} finds the pictures, {@link PredictPlan} names their files, {@link
 * PredictRun} predicts them, {@link PredictResults} writes what was found.
 */
final class PredictCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "predict",
                "segment pictures: an index PNG with palette and an overlay for each",
                "predict --weights FILE|RUN... --input FILE|DIR|PATTERN... --out DIR [OPTIONS]",
                """
                Writes NAME.png (class indices, viewable through its palette) and NAME-overlay.png to --out, and
                what else is asked for. --input takes several files, folders and patterns ('plates/*/*.tif'; ** is
                folders of any depth); with --recursive, and for patterns, --out gets the same tree of folders.
                Several --weights answer as one: the mean of their probabilities. Weights in a run directory
                predict as the run evaluates, whole or in sliding windows; --set evaluation.mode=sliding and
                evaluation.window=769 choose otherwise. Of a run that has not ended the newest checkpoint
                predicts. Pictures that cannot be predicted are named at the end, with exit status 2;
                --skip-existing goes on where a run of this command was stopped. docs/predict.md tells what is
                in every file. Pictures whose network does not fit into memory are seen in overlapping tiles
                that together give what the whole would; those that do not fit themselves (PNG and TIFF of
                any size) get labels alone.

                examples:
                  imas predict --weights runs/camvid --input photos --out masks
                  imas predict --weights runs/a runs/b --input slides --recursive --out masks --geojson --tta d4
                """);
    }

    @Override
    public Options options() {
        Options options = new Options()
                .addOption(Arguments.severalWeights())
                .addOption(Arguments.student())
                .addOption(Arguments.several("input", "FILE|DIR", "pictures, folders of pictures, or patterns of them"))
                .addOption(flag("recursive", "look into the folders in folders, too"))
                .addOption(flag("skip-existing", "leave pictures out whose files in --out are all there and newer"))
                .addOption(option("out", "DIR", "folder for the results"))
                .addOption(flag("overwrite", "replace masks and outlines in --out that were not predicted"))
                .addOption(Arguments.augmentation())
                .addOption(option(
                        "tile", "PIXELS", "see pictures in tiles of this side (default: only large ones, by memory)"))
                .addOption(option(
                        "overlap",
                        "SHARE",
                        "part of a tile's side that it shares with the next (default: by the network, 0.25 to 0.75)"))
                .addOption(flag("tiff", "write the labels of pictures in tiles as tiled TIFF, not PNG"))
                .addOption(flag("strict", "refuse weights with unknown or missing keys"));
        return Arguments.device(Arguments.configuration(PredictResults.options(options), "what the weight file says"));
    }

    @Override
    public Optional<String> smaller() {
        return Optional.of(Segmenter.SMALLER + ", or smaller tiles (--tile)");
    }

    @Override
    public boolean worksInPieces() {
        return true;
    }

    @Override
    public int run(CommandLine line, Console console) {
        Arguments.noMore(line);
        Arguments.paths(line, "weights");
        Arguments.paths(line, "input");
        LargePictures large = LargePictures.of(line);
        PredictResults results = large.results(PredictResults.of(line));
        PredictInputs inputs = PredictInputs.of(List.of(line.getOptionValues("input")), line.hasOption("recursive"));
        Path out = Arguments.path(line, "out");
        inputs.keepApart(out, PredictPlan.of(inputs, out).keptApart(results).files(results));
        inputs.passed(out).forEach(console.err()::println);
        try (Segmenter segmenter = Arguments.segmenter(line, console)) {
            ChannelFiles family = new ChannelFiles(segmenter.settings().data().channels());
            PredictPlan plan = PredictPlan.of(inputs, out, family).keptApart(results);
            results.outlines(segmenter.classNames()).ifPresent(console.err()::println);
            MadeBy maker = MadeBy.of(line);
            if (line.hasOption("skip-existing")) {
                FileTime trained = newestWeights(line);
                plan = remaining(
                        plan,
                        job -> maker.since(job.folder())
                                .map(begun -> since(job, family, trained, begun))
                                .filter(since -> isDone(job, since, segmenter, results, large))
                                .isPresent(),
                        console);
            }
            if (!line.hasOption("overwrite")) {
                plan.keepDrawn(results); // of what is left to do
            }
            ResultsFolder.of(line); // once nothing else can be refused, or an empty one would be left
            maker.writeTo(out, plan.folders());
            return new PredictRun(plan, segmenter, results, large, console).run();
        }
    }

    /** Results older than a file of the picture or a network are those of another one. */
    private static FileTime since(Job job, ChannelFiles family, FileTime trained, FileTime begun) {
        return family.of(job.picture()).stream()
                .map(PredictCommand::modified)
                .reduce(later(trained, begun), PredictCommand::later);
    }

    private static boolean isDone(
            Job job, FileTime since, Segmenter segmenter, PredictResults results, LargePictures large) {
        boolean labelsSuffice = results.beyondLabels().isEmpty();
        return results.there(job.stem(), since)
                || labelsSuffice
                        && results.labelsAlone().there(job.stem(), since)
                        && large.take(segmenter, job.picture());
    }

    private static FileTime later(FileTime one, FileTime other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static FileTime newestWeights(CommandLine line) {
        return Arguments.paths(line, "weights").stream()
                .map(given -> RunWeights.of(given, line.hasOption("student"), note -> {}))
                .map(weights -> modified(weights.file()))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UserException(file + " cannot be looked at (" + FileProblem.of(e, file) + ")", e);
        }
    }

    private static PredictPlan remaining(PredictPlan plan, Predicate<Job> done, Console console) {
        PredictPlan remaining = plan.without(done);
        int there = plan.size() - remaining.size();
        if (there > 0) {
            console.err()
                    .println(there + " of " + plan.size() + " pictures have their results and are left out"
                            + " (--skip-existing)");
        }
        return remaining;
    }
}
