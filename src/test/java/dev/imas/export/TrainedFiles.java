package dev.imas.export;

import dev.imas.config.Channels;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Head;
import dev.imas.config.ImasConfig.Network;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.config.PixelRange.Window;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Weight files of networks that were not trained, but that see differences as trained ones do. */
final class TrainedFiles {
    static final int CLASSES = 3;

    /** Two channels of 16 bits, of which some values are seen. */
    static final PictureInput CHANNELS = new PictureInput(
            Channels.of(2), PixelRange.of(List.of(new Window(100, 3000))), null, List.of(0.4, 0.3), List.of(0.2, 0.25));

    /** With what every format asks for. */
    static final ModelCard CARD = ModelCard.EMPTY
            .by(List.of(new Author("Ada Lovelace", "University of London", "ada")))
            .licensed("CC-BY-4.0", null);

    private TrainedFiles() {}

    static Network network(Backbone backbone, Stem stem, int stride, boolean auxiliary) {
        return ConfigYaml.defaults().network().with(settings -> settings.backbone(backbone)
                .head(backbone.transformer() ? Head.DPT : Head.DEEPLABV3PLUS)
                .stem(stem)
                .outputStride(stride)
                .multiGrid(stride == 8)
                .auxiliary(auxiliary)
                .aspp(List.of(6, 12, 18))
                .initWeights(null));
    }

    static Path write(Path file, Network network, PictureInput input) {
        Torch.load();
        NetworkSpec spec = new NetworkSpec(network, CLASSES, List.of("sky", "cell", "wall"), List.of(), input);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork made = spec.create()) {
            torch.manual_seed(5);
            // Fresh residual branches end in zeros, and fresh statistics are those of nothing.
            Torch.withoutGradient(() -> made.state().forEach(TrainedFiles::stir));
            WeightFiles.save(made.state(), file, spec.metadata());
        }
        return file;
    }

    private static void stir(String key, Tensor tensor) {
        if (key.matches("encoder\\.layer.*\\.bn[23]\\.weight")) {
            tensor.uniform_(0.1, 0.3, new GeneratorOptional()); // or a deep network's values grow with every block
        } else if (key.endsWith("running_var") || key.endsWith("weight") && tensor.dim() == 1) {
            tensor.uniform_(0.5, 1.5, new GeneratorOptional());
        } else if (key.endsWith("running_mean") || key.endsWith("bias")) {
            tensor.uniform_(-0.3, 0.3, new GeneratorOptional());
        }
    }
}
