package dev.imas.train;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.Names;
import dev.imas.weights.WeightFiles.Fit;
import dev.imas.weights.fetch.FetchListener;
import dev.imas.weights.fetch.PretrainedWeights;
import java.nio.file.Path;
import java.util.Optional;

/** The weights that a run begins with: {@code network.init_weights}. */
final class InitialWeights {
    private InitialWeights() {}

    /**
     * The file, fetched where the setting is {@code imagenet} and it is not here; empty: random weights.
     *
     * @throws UserException when it cannot be read or fetched
     */
    static Optional<Path> of(ImasConfig config, TrainListener listener) {
        ImasConfig.Network network = config.network();
        if (network.startsFromImageNet()) {
            return Optional.of(
                    PretrainedWeights.ofThisMachine(heardBy(listener)).imagenet(network.backbone()));
        }
        if (!network.startsFromFile()) {
            return Optional.empty();
        }
        Path file = WrittenPath.of(network.initWeights());
        String problem = FileProblem.ofInput(file);
        if (problem != null) {
            throw new UserException(
                    "network.init_weights: " + file + " " + problem + "; expected a weight file, imagenet or none");
        }
        return Optional.of(file);
    }

    /** How much of the network that file must hold. */
    static Fit fit(ImasConfig config) {
        return config.network().strictWeights() ? Fit.EXACT : Fit.PARTIAL;
    }

    /** Whoever repeats a published experiment needs the weights that it began with. */
    static void tellRandomStart(ImasConfig config, TrainListener listener) {
        ImasConfig.Network network = config.network();
        if (network.backbone().transformer()) {
            tellRandomTransformer(network, listener);
            return;
        }
        boolean published =
                config.data().layout() == Layout.VOC || config.data().layout() == Layout.CITYSCAPES;
        if (published && network.initWeights() == null && !network.backbone().tiny()) {
            String backbone = Names.word(network.backbone());
            listener.message("starts from random weights; the published results start from ImageNet weights of a "
                    + backbone + (network.stem() == ImasConfig.Stem.DEEP ? " with three 3x3 convolutions first" : "")
                    + " (the published program's pretrained/" + backbone
                    + ".pth): --set network.init_weights=FILE, or none to say that this is meant");
        }
    }

    /** A transformer learns little from few pictures alone, so its weights are named wherever it is trained. */
    private static void tellRandomTransformer(ImasConfig.Network network, TrainListener listener) {
        if (network.initWeights() != null || network.backbone().tiny()) {
            return;
        }
        String letter = Names.word(network.backbone()).replaceFirst("^dinov2_(.).*", "$1");
        listener.message("starts from random weights; DINOv2 is meant to start from dinov2_vit" + letter
                + "14_pretrain.pth (https://dl.fbaipublicfiles.com/dinov2/dinov2_vit" + letter + "14/dinov2_vit"
                + letter
                + "14_pretrain.pth, licence Apache-2.0): --set network.init_weights=FILE, or none to say that this is"
                + " meant");
    }

    static FetchListener heardBy(TrainListener listener) {
        return new FetchListener() {
            @Override
            public void message(String line) {
                listener.message(line);
            }

            @Override
            public void progress(String name, long done, long total) {
                listener.fetching(name, done, total);
            }
        };
    }
}
