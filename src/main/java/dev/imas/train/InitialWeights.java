package dev.imas.train;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.Names;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.LoadReport;
import dev.imas.weights.WeightFiles;
import dev.imas.weights.WeightFiles.Fit;
import dev.imas.weights.fetch.FetchListener;
import dev.imas.weights.fetch.PretrainedWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The weights that a run begins with: {@code network.init_weights}. */
final class InitialWeights {
    /** DINOv2's files have it, and no pass reads it. */
    private static final String UNUSED = "mask_token";

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

    /**
     * Copies that file's values into a new network.
     *
     * @throws UserException when it holds less of the network than the configuration asks for
     */
    static LoadReport load(SegmentationNetwork network, Path file, ImasConfig config) {
        Fit fit = config.network().strictWeights() ? Fit.EXACT : Fit.PARTIAL;
        LoadReport report = WeightFiles.load(network, file, fit);
        List<String> random = report.missing().stream()
                .filter(key -> SegmentationNetwork.ofEncoder(key) && !key.endsWith(UNUSED))
                .toList();
        if (config.network().freezeEncoder() && !random.isEmpty()) {
            throw new UserException(file + " lacks " + random.size() + " tensors of the encoder, such as "
                    + random.get(0) + ", which network.freeze_encoder would leave at random for the whole run; give a"
                    + " file with all of them, or set network.freeze_encoder to false");
        }
        return report;
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
