package dev.imas.cli;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.Network;
import dev.imas.config.PictureInput;
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

/** Weight files of the smallest network, which was not trained, but sees differences as trained ones do. */
final class TinyWeights {
    private TinyWeights() {}

    /** @param seed of which networks see different things */
    static Path write(Path file, long seed, String... classNames) {
        return write(file, seed, PictureInput.RGB, classNames);
    }

    static Path write(Path file, long seed, PictureInput input, String... classNames) {
        Torch.load();
        Network network = ConfigYaml.resolve(ConfigYaml.preset("embedded")).network();
        NetworkSpec spec = new NetworkSpec(network, classNames.length, List.of(classNames), List.of(), input);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork made = spec.create()) {
            torch.manual_seed(seed);
            // Fresh residual branches end in zeros, and fresh statistics are those of nothing.
            Torch.withoutGradient(() -> made.state().forEach(TinyWeights::stir));
            WeightFiles.save(made.state(), file, spec.metadata());
        }
        return file;
    }

    private static void stir(String key, Tensor tensor) {
        if (key.matches("encoder\\.layer.*\\.bn[23]\\.weight")) {
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
