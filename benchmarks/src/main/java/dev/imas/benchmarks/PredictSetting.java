package dev.imas.benchmarks;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.PictureInput;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What benchmarks/predict needs: {@code PredictSetting weights FILE} writes a ResNet-18 for three classes, not trained,
 * which sees differences as trained ones do; {@code PredictSetting pictures FOLDER SIDE COUNT} writes pictures.
 */
final class PredictSetting {
    private static final List<String> CLASSES = List.of("background", "cell", "wall");

    private PredictSetting() {}

    public static void main(String[] arguments) throws Exception {
        Path target = Path.of(arguments[1]);
        if (arguments[0].equals("weights")) {
            writeWeights(target);
        } else {
            writePictures(target, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        }
    }

    private static void writePictures(Path folder, int side, int count) throws IOException {
        Path made = folder.resolveSibling(folder.getFileName() + "-made");
        SyntheticImages.write(made, count, side, side, CLASSES.size(), "png");
        Files.createDirectories(folder);
        for (int i = 0; i < count; i++) {
            Files.move(made.resolve("i" + i + ".png"), folder.resolve("i" + i + ".png"));
        }
    }

    private static void writeWeights(Path file) {
        Torch.load();
        NetworkSpec spec = new NetworkSpec(
                ConfigYaml.defaults().network().with(network -> network.backbone(Backbone.RESNET18)),
                CLASSES.size(),
                CLASSES,
                List.of(),
                PictureInput.RGB);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = spec.create()) {
            torch.manual_seed(1);
            Torch.withoutGradient(() -> network.state().forEach(PredictSetting::stir));
            WeightFiles.save(network.state(), file, spec.metadata());
        }
    }

    /** Fresh residual branches end in zeros, and fresh statistics are those of nothing. */
    private static void stir(String key, Tensor tensor) {
        if (key.matches("encoder\\.layer.*\\.bn2\\.weight")) {
            tensor.uniform_(0.1, 0.3, new GeneratorOptional());
        } else if (key.endsWith("running_var") || key.endsWith("weight") && tensor.dim() == 1) {
            tensor.uniform_(0.5, 1.5, new GeneratorOptional());
        } else if (key.endsWith("running_mean") || key.endsWith("bias")) {
            tensor.uniform_(-0.3, 0.3, new GeneratorOptional());
        } else if (key.equals("decoder.classifier.6.weight")) {
            tensor.normal_(0, 0.3, new GeneratorOptional()); // or one class is everywhere
        }
    }
}
