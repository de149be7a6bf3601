package dev.imas.cli;

import static dev.imas.cli.Arguments.flag;
import static dev.imas.cli.Arguments.option;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.data.Dataset;
import dev.imas.nn.Torch;
import dev.imas.semi.Compute;
import dev.imas.semi.TensorKernels;
import dev.imas.train.Confusion;
import dev.imas.train.Evaluator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.bytedeco.javacpp.PointerScope;

/** {@code imas evaluate}. */
final class EvaluateCommand implements Command {
    @Override
    public String name() {
        return "evaluate";
    }

    @Override
    public String summary() {
        return "measure the mIoU of a weight file on images with masks";
    }

    @Override
    public String usage() {
        return "evaluate --weights FILE --data ROOT --val LIST [--json] [OPTIONS]";
    }

    @Override
    public String details() {
        return """
                Pictures are evaluated whole; with --set evaluation.mode=sliding in windows of evaluation.window.
                A class that occurs nowhere counts as 0; --set evaluation.absent_classes=skip leaves it out.
                Files of other programs need --preset or --config to say which network they hold.

                examples:
                  imas evaluate --weights runs/camvid/teacher.safetensors --data camvid --val splits/val.txt
                  imas evaluate --weights runs/embedded-imas-seed1/teacher.safetensors --preset embedded
                """;
    }

    @Override
    public Options options() {
        return Arguments.device(Arguments.configuration(new Options()
                .addOption(option("weights", "FILE", "safetensors or .pth file"))
                .addOption(option("data", "ROOT", "folder that the list's paths are relative to"))
                .addOption(option("val", "LIST", "list of images with masks"))
                .addOption(flag("json", "print one JSON object"))
                .addOption(flag("strict", "refuse weights with unknown or missing keys")), "what the weight file says"));
    }

    @Override
    public int run(CommandLine line, Console console) throws IOException {
        Arguments.noMore(line);
        Arguments.path(line, "weights");
        Torch.load();
        Compute compute = Compute.of(line.getOptionValue("device", "auto"), precision(line));
        try (PointerScope scope = new PointerScope(); TrainedNetwork trained = TrainedNetwork.open(line, console, compute)) {
            ImasConfig config = config(line, console, trained);
            Dataset data = Dataset.openValidation(config);
            Evaluator evaluator = new Evaluator(compute, new TensorKernels(compute), config.evaluation(), trained.classes());
            Confusion confusion = evaluator.evaluate(data.validation(), List.of(evaluator.predictor(trained.network()))).get(0);
            print(console, line.hasOption("json"), trained.classNames(), confusion, config, data.validation().size());
        }
        return 0;
    }

    static Precision precision(CommandLine line) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        Arguments.override(layers, line, "precision", "precision");
        return ConfigYaml.resolve(layers).precision();
    }

    /** Where the pictures are and how they are evaluated; lists of two columns unless a configuration says otherwise. */
    private static ImasConfig config(CommandLine line, Console console, TrainedNetwork trained) {
        boolean named = line.hasOption("preset") || line.hasOption("config");
        Map<String, Object> layers = Arguments.layers(line, "voc", console);
        if (!named) {
            ConfigYaml.set(layers, "data.layout", "list");
        }
        ConfigYaml.set(layers, "data.classes", trained.classes());
        ConfigYaml.set(layers, "data.class_names", trained.classNames());
        ConfigYaml.set(layers, "data.palette", trained.palette());
        Arguments.override(layers, line, "data", "data.root");
        Arguments.override(layers, line, "val", "data.validation");
        Arguments.settings(layers, line);
        return ConfigYaml.resolve(layers);
    }

    private static void print(Console console, boolean json, List<String> names, Confusion confusion, ImasConfig config, int images) throws IOException {
        double miou = confusion.meanIou(config.evaluation().absentClasses());
        double[] iou = confusion.iou();
        if (json) {
            Map<String, Object> classes = new LinkedHashMap<>();
            for (int c = 0; c < iou.length; c++) {
                classes.put(names.get(c), Double.isNaN(iou[c]) ? null : iou[c]);
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("miou", miou);
            result.put("images", images);
            result.put("iou", classes);
            console.out().println(new ObjectMapper().writeValueAsString(result));
            return;
        }
        for (int c = 0; c < iou.length; c++) {
            console.out().printf(Locale.ROOT, "%-20s %5.1f %%%n", names.get(c), 100 * iou[c]);
        }
        console.out().printf(Locale.ROOT, "%-20s %5.1f %%  (%d images)%n", "mIoU", 100 * miou, images);
    }
}
