package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.data.MaskSurvey;
import dev.imas.data.PictureSurvey;
import dev.imas.data.WithoutBroken;
import dev.imas.predict.Confusion;
import dev.imas.predict.Segmenter;
import java.io.IOException;
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
                "measure the mIoU of a weight file on images with masks",
                "evaluate --weights FILE|RUN [--data ROOT --val LIST] [--json] [OPTIONS]",
                """
                Weights in a run directory are measured on the run's validation images and in its way;
                --data and --val name others. Without a run, pictures are evaluated whole; with
                --set evaluation.mode=sliding in windows of evaluation.window. evaluation.scale reduces pictures
                for the network, as the run did; the mIoU is that of the full size. A class that occurs nowhere
                counts as 0; --set evaluation.absent_classes=skip leaves it out. Of a run that has not ended the
                newest checkpoint is measured; RUN/best is the best evaluation's. Files of other programs need
                --preset or --config to say which network they hold.

                examples:
                  imas evaluate --weights runs/embedded-imas-seed1/teacher.safetensors
                  imas evaluate --weights teacher.safetensors --data camvid --val splits/val.txt --json
                  imas evaluate --weights ckpt_best.pth --preset voc --data VOC2012 --val val.txt
                """);
    }

    @Override
    public Options options() {
        return Arguments.device(Arguments.configuration(
                new Options()
                        .addOption(Arguments.weights())
                        .addOption(Arguments.student())
                        .addOption(option("data", "ROOT", "folder that the list's paths are relative to"))
                        .addOption(option("val", "LIST", "list of images with masks"))
                        .addOption(flag("json", "print one JSON object"))
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
        try (Segmenter segmenter = Arguments.segmenter(line, console)) {
            ImageSource pictures = validation(segmenter.settings(), console);
            print(console, line.hasOption("json"), segmenter, measured(segmenter, pictures), pictures.size());
        }
        return 0;
    }

    /** A figure is that of all pictures; where some cannot be read, all of them are named, and there is none. */
    private static Confusion measured(Segmenter segmenter, ImageSource pictures) {
        WithoutBroken sound = new WithoutBroken(pictures);
        Confusion confusion = segmenter.evaluate(sound);
        List<String> broken = sound.news();
        if (!broken.isEmpty()) {
            throw new UserException(broken.size() + " of " + pictures.size() + " pictures cannot be measured:\n"
                    + String.join("\n", broken));
        }
        return confusion;
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

    private static void print(Console console, boolean json, Segmenter segmenter, Confusion confusion, int images)
            throws IOException {
        Evaluation settings = segmenter.settings().evaluation();
        List<String> names = segmenter.classNames();
        double miou = confusion.meanIou(settings.absentClasses());
        double[] iou = confusion.iou();
        if (json) {
            Map<String, Object> classes = new LinkedHashMap<>();
            for (int c = 0; c < iou.length; c++) {
                classes.put(names.get(c), Double.isNaN(iou[c]) ? null : iou[c]);
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("miou", miou);
            result.put("images", images);
            result.put("scale", settings.scale());
            result.put("iou", classes);
            console.out().println(new ObjectMapper().writeValueAsString(result));
            return;
        }
        for (int c = 0; c < iou.length; c++) {
            console.out().printf(Locale.ROOT, "%-20s %5.1f %%%n", names.get(c), 100 * iou[c]);
        }
        String reduced = settings.scale() == 1
                ? ""
                : String.format(Locale.ROOT, ", seen at %.2f of their size", settings.scale());
        console.out().printf(Locale.ROOT, "%-20s %5.1f %%  (%d images%s)%n", "mIoU", 100 * miou, images, reduced);
    }
}
