package dev.imas.predict;

import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;

/**
 * A network with its weights on a device, and what tells how to use it.
 *
 * @param network  owns its tensors
 * @param spec     what its output means
 * @param settings how pictures are seen
 */
record TrainedNetwork(SegmentationNetwork network, NetworkSpec spec, ImasConfig settings, Compute compute) {
    /**
     * Opens a weight file. Our own say which network they belong to; for others the options' preset or configuration
     * does.
     */
    static TrainedNetwork open(Path weights, Segmenter.Options options) {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            Optional<NetworkSpec> own = NetworkSpec.of(weights);
            ImasConfig config = options.resolved(weights, own);
            NetworkSpec spec = own.orElseGet(() -> NetworkSpec.of(config));
            Compute compute = Compute.of(
                    config.device(), config.precision(), spec.network().backbone());
            SegmentationNetwork network =
                    own.isPresent() ? NetworkSpec.open(weights) : foreign(config, weights, options);
            place(network, compute);
            return new TrainedNetwork(network, spec, config, compute);
        }
    }

    private static void place(SegmentationNetwork network, Compute compute) {
        network.to(compute.torchDevice());
        if (compute.channelsLast()) {
            network.channelsLast();
        }
    }

    private static SegmentationNetwork foreign(ImasConfig config, Path weights, Segmenter.Options options) {
        SegmentationNetwork network =
                SegmentationNetwork.create(config.network(), config.data().classes(), 0);
        try {
            options.notes.accept(
                    WeightFiles.load(network, weights, options.strict).summary());
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }
}
