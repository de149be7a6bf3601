package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.cli.PredictPlan.Job;
import dev.imas.common.Interrupts;
import dev.imas.common.UserException;
import dev.imas.data.ChannelFiles;
import dev.imas.image.Picture;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * {@code imas predict}: {@link PredictInputs} finds the pictures, {@link PredictPlan} names their files, {@link
 * PredictResults} writes them.
 */
final class PredictCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "predict",
                "segment pictures: an index PNG with palette and an overlay for each",
                "predict --weights FILE|RUN... --input FILE|DIR|PATTERN... --out DIR [OPTIONS]",
                """
                Writes NAME.png (class indices, viewable through its palette) and NAME-overlay.png to --out, and what
                else is asked for. --input takes several files, folders and patterns ('plates/*/*.tif'; ** is folders
                of any depth); with --recursive, and for patterns, --out gets the same tree of folders.
                Several --weights answer as one: the mean of their probabilities.
                Weights in a run directory predict as the run evaluates, whole or in sliding windows;
                --set evaluation.mode=sliding and evaluation.window=769 choose otherwise. Of a run that has not
                ended the newest checkpoint predicts. Pictures that cannot be predicted are named at the end, with
                exit status 2; --skip-existing goes on where a run of this command was stopped. docs/predict.md
                tells what is in every file.

                examples:
                  imas predict --weights runs/camvid/teacher.safetensors --input photos --out masks
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
                .addOption(flag("skip-existing", "leave pictures out that have all their files in --out"))
                .addOption(option("out", "DIR", "folder for the results"))
                .addOption(Arguments.augmentation())
                .addOption(flag("strict", "refuse weights with unknown or missing keys"));
        return Arguments.device(Arguments.configuration(PredictResults.options(options), "what the weight file says"));
    }

    @Override
    public Optional<String> smaller() {
        return Optional.of(Segmenter.SMALLER + ", or cut very large pictures into tiles");
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
        PredictResults results = PredictResults.of(line);
        PredictInputs inputs = PredictInputs.of(List.of(line.getOptionValues("input")), line.hasOption("recursive"));
        Path out = Arguments.path(line, "out");
        PredictPlan.of(inputs, out).keptApart(results);
        inputs.keepApart(out);
        ResultsFolder.of(line);
        try (Segmenter segmenter = Arguments.segmenter(line, console)) {
            ChannelFiles family = new ChannelFiles(segmenter.settings().data().channels());
            PredictPlan plan = PredictPlan.of(inputs, out, family).keptApart(results);
            results.outlines(segmenter.classNames()).ifPresent(console.err()::println);
            PredictPlan todo = line.hasOption("skip-existing") ? remaining(plan, results, console) : plan;
            return predicted(todo, results, segmenter, console);
        }
    }

    private static PredictPlan remaining(PredictPlan plan, PredictResults results, Console console) {
        PredictPlan remaining = plan.remaining(results);
        int there = plan.size() - remaining.size();
        if (there > 0) {
            console.err()
                    .println(there + " of " + plan.size() + " pictures have their results and are left out"
                            + " (--skip-existing)");
        }
        return remaining;
    }

    private static int predicted(PredictPlan plan, PredictResults results, Segmenter segmenter, Console console) {
        List<String> failed = new ArrayList<>();
        try (PictureProgress progress = new PictureProgress(console, "predict", plan.size(), System::nanoTime)) {
            for (int i = 0; i < plan.size(); i++) {
                Interrupts.check();
                Job job = plan.jobs().get(i);
                Optional<Seen> seen = seen(segmenter, results, job.picture(), failed);
                if (seen.isPresent()) {
                    write(results, job, seen.get(), segmenter);
                    progress.makeRoom();
                    console.out().println(PredictResults.labels(job.stem()));
                }
                progress.done(i + 1);
            }
        } catch (Unwritable e) { // of the next picture there would be no room either
            failed.add(e.getMessage() + "; the results before it are kept");
        }
        return told(failed, plan.size(), console);
    }

    /** A picture and what is seen in it. */
    private record Seen(Picture picture, Segmentation segmentation) {}

    /** Says that a result cannot be written. */
    private static final class Unwritable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unwritable(UserException e) {
            super(e.getMessage(), e);
        }
    }

    /** Empty for a picture that cannot be predicted, which is noted: the others are worth having. */
    private static Optional<Seen> seen(Segmenter segmenter, PredictResults results, Path file, List<String> failed) {
        try {
            Picture picture = segmenter.read(file);
            return Optional.of(new Seen(picture, results.segmentation(segmenter, picture)));
        } catch (UserException e) {
            failed.add(e.getMessage().contains(file.toString()) ? e.getMessage() : file + ": " + e.getMessage());
        } catch (OutOfMemoryError e) {
            failed.add(
                    file + " does not fit into the memory that Java may use; cut it into tiles, or give Java more with"
                            + " IMAS_JAVA_OPTIONS=-Xmx8g");
        }
        return Optional.empty();
    }

    private static void write(PredictResults results, Job job, Seen seen, Segmenter segmenter) {
        try {
            results.write(job.stem(), seen.picture, seen.segmentation, segmenter);
        } catch (UserException e) {
            throw new Unwritable(e);
        }
    }

    /** Says at the end, where it is read, what could not be done. */
    private static int told(List<String> failed, int pictures, Console console) {
        if (failed.isEmpty()) {
            return 0;
        }
        if (pictures > 1) {
            console.err().println("imas: " + failed.size() + " of " + pictures + " pictures could not be predicted:");
        }
        failed.forEach(message -> console.err().println("imas: " + message));
        return Main.USER_ERROR;
    }
}
