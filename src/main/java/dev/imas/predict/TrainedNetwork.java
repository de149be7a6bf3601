package dev.imas.predict;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.run.RunWeights;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import dev.imas.weights.WeightFiles.Fit;
import dev.imas.weights.WeightFiles.Part;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network with its weights on a device, and what tells how to use it.
 *
 * @param network  owns its tensors
 * @param spec     what its output means
 * @param settings how pictures are seen
 */
record TrainedNetwork(SegmentationNetwork network, NetworkSpec spec, ImasConfig settings, Compute compute) {
    /**
     * Opens weights. Our own files say which network they belong to; of a checkpoint its run does, and of other
     * programs' files the options' preset or configuration.
     *
     * @param given a file or a part of a run, as {@link RunWeights} understands it
     */
    static TrainedNetwork open(Path given, Segmenter.Options options) {
        Torch.load();
        RunWeights named = RunWeights.of(given, options.student, options.notes);
        Path weights = named.file();
        try (PointerScope scope = new PointerScope()) {
            Optional<NetworkSpec> own = NetworkSpec.of(weights);
            ImasConfig config = new OpeningSettings(options).resolved(named, own);
            NetworkSpec spec = spec(weights, own, config);
            Compute compute = Compute.of(
                    config.device(), config.precision(), spec.network().backbone());
            compute.passedOver(config.device()).ifPresent(options.notes);
            SegmentationNetwork network =
                    own.isPresent() ? own.get().filled(weights) : foreign(config, weights, options);
            network.placed(compute);
            network.useKernels(config.convolutions(), compute);
            network.freeze(compute);
            return new TrainedNetwork(network, spec, config, compute);
        }
    }

    /** The network in evaluation mode, as a function of normalised images [B,channels,H,W]. */
    UnaryOperator<Tensor> predictor() {
        return Inference.predictor(network, compute, settings.evaluation().patchFit());
    }

    /** The means over the picture of the encoder's last stage's planes, of normalised f32 [1,channels,h,w]. */
    float[] pooled(Tensor images) {
        try (PointerScope scope = new PointerScope()) {
            Tensor fitting = WholePatches.fitted(
                    images, network.sideMultiple(), settings.evaluation().patchFit());
            Tensor planes = compute.forward(false, () -> network.features(fitting))
                    .to(ScalarType.Float)
                    .mean(new long[] {2, 3}, false, new ScalarTypeOptional())
                    .cpu();
            float[] means = new float[Math.toIntExact(planes.numel())];
            planes.data_ptr_float().get(means);
            return means;
        }
    }

    /** The file's network under the names and colours that the settings end with, which begin with the file's. */
    private static NetworkSpec spec(Path weights, Optional<NetworkSpec> own, ImasConfig config) {
        NetworkSpec configured = NetworkSpec.of(config);
        own.ifPresent(file -> {
            if (file.classes() != configured.classes()) {
                throw new UserException("data.classes is " + configured.classes() + "; expected " + file.classes()
                        + ", the classes of the network in " + weights);
            }
        });
        return own.map(configured::around).orElse(configured);
    }

    private static SegmentationNetwork foreign(ImasConfig config, Path weights, Segmenter.Options options) {
        NetworkSpec spec = NetworkSpec.of(config);
        if (!spec.input().settled()) {
            throw new UserException("data.mean and data.std are not set; " + weights + " does not say by which numbers"
                    + " its " + spec.input().channels().count() + " channels are normalised");
        }
        SegmentationNetwork network = spec.undrawn();
        Fit fit = options.strict ? Fit.EXACT : Fit.COMPLETE;
        Part part = options.student ? Part.STUDENT : Part.AUTO;
        try {
            options.notes.accept(WeightFiles.load(network, weights, part, fit).summary());
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }
}
