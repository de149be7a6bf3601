package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.Names;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.data.MaskSurvey;
import dev.imas.data.PictureSurvey;
import dev.imas.data.WithoutBroken;
import dev.imas.measure.BoundaryF1;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.measure.Measurement;
import dev.imas.predict.Measurer;
import dev.imas.predict.Segmenter;
import dev.imas.report.Evaluated;
import dev.imas.report.EvaluationFiles;
import dev.imas.report.WorstPictures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** {@code imas evaluate}. */
final class EvaluateCommand implements Command {
    @Override
    public Manual manual() {
        return new Manual(
                "evaluate",
                "measure a weight file on images with masks: mIoU, Dice, outlines, mistakes",
                "evaluate --weights FILE|RUN [--data ROOT --val LIST] [--out DIR] [--json] [OPTIONS]",
                """
                Weights in a run directory are measured on the run's validation images and in its way; --data and
                --val name others. A weight file away from its run says itself how pictures are seen; one that does
                not, whole and at full size. --set evaluation.mode=sliding has windows of evaluation.window, and
                evaluation.scale reduces pictures for the network; the mIoU is that of the full size. A class that
                no mask shows counts as 0, or is left out where the run has evaluation.absent_classes: skip, as
                those by --data alone. Of a run that has not ended the newest checkpoint is measured; RUN/best is
                the best evaluation's. Files of other programs need --preset or --config to say which network they
                hold.

                --out gets evaluation.html (one page: classes, what was taken for what, the worst pictures with
                their errors), classes.csv, confusion.csv (rows truth, columns prediction) and pictures.csv.
                docs/predict.md defines every figure.

                examples:
                  imas evaluate --weights runs/embedded-imas-seed1 --out measured
                  imas evaluate --weights teacher.safetensors --data camvid --val splits/val.txt --json
                  imas evaluate --weights ckpt_best.pth --preset voc --data VOC2012 --val val.txt
                """);
    }

    @Override
    public Options options() {
        return Arguments.device(Arguments.configuration(
                new Options()
                        .addOption(Arguments.severalWeights())
                        .addOption(Arguments.student())
                        .addOption(option("data", "ROOT", "folder that the list's paths are relative to"))
                        .addOption(option("val", "LIST", "list of images with masks"))
                        .addOption(option(
                                "tolerance",
                                "PIXELS",
                                "how far outlines may lie apart, for the boundary F1 (default: 2)"))
                        .addOption(Arguments.augmentation())
                        .addOption(option("out", "DIR", "folder for a page and tables of the figures"))
                        .addOption(flag("json", "print one JSON object with every figure"))
                        .addOption(flag("strict", "refuse weights with unknown or missing keys")),
                "what the weight file says"));
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
    public int run(CommandLine line, Console console) throws IOException {
        Arguments.noMore(line);
        double tolerance = Arguments.number(line, "tolerance", BoundaryF1.USUAL, 0, BoundaryF1.LARGEST);
        if (line.hasOption("out")) {
            EvaluationFiles.keepOthers(Arguments.path(line, "out"));
        }
        try (Segmenter segmenter = Arguments.segmenter(line, console)) {
            Optional<Path> out = line.hasOption("out") ? Optional.of(ResultsFolder.of(line)) : Optional.empty();
            Evaluated evaluated = evaluated(segmenter, line, tolerance, console);
            List<Path> written =
                    out.map(folder -> EvaluationFiles.write(folder, evaluated)).orElse(List.of());
            double scale = segmenter.settings().evaluation().scale();
            if (line.hasOption("json")) {
                console.out().println(EvaluationJson.of(evaluated));
            } else {
                print(console, evaluated, scale);
                written.forEach(console.out()::println);
            }
        }
        return 0;
    }

    private static Evaluated evaluated(Segmenter segmenter, CommandLine line, double tolerance, Console console) {
        ImageSource pictures = validation(segmenter.settings(), console);
        WorstPictures worst = new WorstPictures(segmenter.palette());
        Measurer.Measured measured;
        try (PictureProgress progress = new PictureProgress(console, "evaluate", pictures.size(), System::nanoTime)) {
            measured = measured(segmenter, pictures, tolerance, (score, picture, truth, prediction, done) -> {
                worst.offer(score, picture, truth, prediction);
                progress.done(done);
            });
        }
        Evaluation settings = segmenter.settings().evaluation();
        return new Evaluated(
                title(List.of(line.getOptionValues("weights"))),
                facts(segmenter, line, measured.inTiles()),
                seen(settings, line, measured.inTiles()),
                segmenter.classNames(),
                segmenter.palette(),
                settings.absentClasses(),
                tolerance,
                measured.measurement(),
                worst);
    }

    /** The last two names of a path: files of all runs are called alike. */
    private static String title(List<String> weights) {
        if (weights.size() > 1) {
            return weights.size() + " networks as one";
        }
        Path path = WrittenPath.of(weights.get(0));
        int names = path.getNameCount();
        return names == 0
                ? weights.get(0)
                : path.subpath(Math.max(0, names - 2), names).toString();
    }

    private static Map<String, String> facts(Segmenter segmenter, CommandLine line, int inTiles) {
        ImasConfig settings = segmenter.settings();
        Evaluation evaluation = settings.evaluation();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("weights", String.join(", ", line.getOptionValues("weights")));
        facts.put(
                "data",
                settings.data().layout() == Layout.EMBEDDED
                        ? "generated scenes"
                        : settings.data().root());
        facts.put(
                "seen",
                (evaluation.mode() == EvaluationMode.WHOLE
                                ? "as whole pictures"
                                : "in windows of " + evaluation.window() + " px")
                        + (evaluation.scale() == 1 ? "" : reduced(evaluation.scale())));
        facts.put("averaged", tta(line).equals("none") ? "" : "over the positions of " + tta(line));
        facts.put("in tiles", inTiles == 0 ? "" : inTiles + " pictures, for want of memory");
        return facts;
    }

    private static String tta(CommandLine line) {
        return line.getOptionValue("tta", "none").toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> seen(Evaluation settings, CommandLine line, int inTiles) {
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("scale", settings.scale());
        seen.put("mode", Names.word(settings.mode()));
        if (settings.mode() == EvaluationMode.SLIDING) {
            seen.put("window", settings.window());
        }
        seen.put("tta", tta(line));
        seen.put("pictures_in_tiles", inTiles);
        return seen;
    }

    private static String reduced(double scale) {
        return String.format(Locale.ROOT, " at %.2f of their size", scale);
    }

    /** A figure is that of all pictures; where some cannot be read, all of them are named, and there is none. */
    private static Measurer.Measured measured(
            Segmenter segmenter, ImageSource pictures, double tolerance, Measurer.Listener listener) {
        WithoutBroken sound = new WithoutBroken(pictures);
        Measurer.Measured measured = Measurer.measure(segmenter, sound, tolerance, listener);
        List<String> broken = sound.news();
        if (!broken.isEmpty()) {
            throw new UserException(broken.size() + " of " + pictures.size() + " pictures cannot be measured:\n"
                    + String.join("\n", broken));
        }
        return measured;
    }

    /** Pictures and masks of another program's network may have to be read as training would read them. */
    private static ImageSource validation(ImasConfig settings, Console console) {
        MaskSurvey survey = MaskSurvey.of(settings, Dataset.openValidation(settings));
        survey.requireUsable();
        survey.findings().forEach(finding -> console.err().println(finding.text()));
        ImasConfig config = survey.resolved();
        config = PictureSurvey.settle(config, Dataset.openValidation(config), console.err()::println);
        return Dataset.openValidation(config).validation();
    }

    private static void print(Console console, Evaluated evaluated, double scale) {
        Measurement measurement = evaluated.measurement();
        ConfusionMatrix matrix = measurement.matrix();
        for (int c = 0; c < matrix.classes(); c++) {
            console.out().println(figure(evaluated.names().get(c), measurement.iou(c)));
        }
        console.out()
                .println(figure("mIoU", measurement.miou()) + "  ("
                        + measurement.pictures().size() + " images" + (scale == 1 ? "" : ", seen" + reduced(scale))
                        + ")");
        console.out().println(figure("pixel accuracy", matrix.accuracy()));
        console.out().println(figure("mean Dice", measurement.meanDice()));
        console.out()
                .println(figure("mean boundary F1", measurement.meanBoundaryF1())
                        + String.format(Locale.ROOT, "  (within %s pixels)", Arguments.plain(evaluated.tolerance())));
    }

    private static String figure(String name, double share) {
        return Double.isNaN(share)
                ? String.format(Locale.ROOT, "%-20s     –", name)
                : String.format(Locale.ROOT, "%-20s %5.1f %%", name, 100 * share);
    }
}
