package dev.imas.nn;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * DeepLabV3+ on a dilated ResNet (method 1). Keys, their order and the first values are the reference's; logits are
 * handed out at 1/4 of the image size (the fused kernels enlarge them).
 */
public final class DeepLabV3Plus implements SegmentationNetwork {
    private static final BiConsumer<String, Tensor> NOBODY = (name, tensor) -> {};

    private static final int RGB = 3;

    private final StateBuilder state;
    private final int channels;
    private final Encoder encoder;
    private final Decoder decoder;
    private final Layer auxiliary;

    /** As {@link #DeepLabV3Plus(ImasConfig.Network, int, int, long)}, for RGB. */
    public DeepLabV3Plus(ImasConfig.Network network, int classes, long seed) {
        this(network, RGB, classes, seed);
    }

    /**
     * A new network on the CPU with the first values that the seed determines.
     *
     * @param channels channels of the images, at least 1
     * @param classes  number of classes, 1..255
     */
    public DeepLabV3Plus(ImasConfig.Network network, int channels, int classes, long seed) {
        this(network, channels, classes, seed, Ranks.ALONE);
    }

    /** @param normalized the processes whose images batch normalisation sees together */
    DeepLabV3Plus(ImasConfig.Network network, int channels, int classes, long seed, Ranks normalized) {
        Torch.load();
        this.channels = channels;
        if (classes < 1 || classes > 255) {
            throw new UserException("data.classes is " + classes + "; it must be in 1..255");
        }
        Architecture architecture = Architecture.of(network);
        state = new StateBuilder(seed, normalized);
        try (PointerScope scope = new PointerScope()) {
            encoder = new Encoder(state, architecture, channels, network.multiGrid());
            decoder = new Decoder(state, architecture, network.aspp(), classes);
            auxiliary = network.auxiliary() ? auxiliaryHead(state, architecture, classes) : null;
            state.joinCounters(ScalarType.Long);
        } catch (RuntimeException | Error e) {
            state.close();
            throw e;
        }
    }

    private static Layer auxiliaryHead(StateBuilder state, Architecture architecture, int classes) {
        return Layer.sequence(List.of(
                ConvBlock.decoder(state, "auxor.aux", 0, architecture.planes(3), architecture.decoder(), 3, 1, false),
                new Convolution(
                        state,
                        Convolution.Role.DECODER,
                        "auxor.aux.3",
                        architecture.decoder(),
                        classes,
                        1,
                        1,
                        1,
                        true)));
    }

    @Override
    public Output forward(Tensor images, boolean train) {
        return forward(images, train, NOBODY);
    }

    /**
     * As {@link #forward(Tensor, boolean)}, showing intermediate results as they come: {@code encoder.maxpool},
     * {@code encoder.layer1..4}, {@code decoder.low_conv}, {@code decoder.aspp}, {@code decoder.head},
     * {@code decoder.classifier} and {@code auxor}. They are valid during the call of the observer only.
     */
    public Output forward(Tensor images, boolean train, BiConsumer<String, Tensor> observer) {
        requireImages(images);
        Tensor[] auxiliaryLogits = new Tensor[1];
        try {
            Tensor logits = Torch.owned(() -> logits(images, train, Surroundings.NONE, observer, auxiliaryLogits));
            if (train) {
                countPass();
            }
            return new Output(Torch.adopt(logits), auxiliaryLogits[0] == null ? null : Torch.adopt(auxiliaryLogits[0]));
        } catch (RuntimeException | Error e) {
            if (auxiliaryLogits[0] != null) {
                auxiliaryLogits[0].close();
            }
            throw e;
        }
    }

    private void requireImages(Tensor images) {
        if (images.dim() != 4 || images.size(1) != channels) {
            throw new IllegalArgumentException(
                    "images must be [B," + channels + ",H,W], found " + Arrays.toString(images.shape()));
        }
    }

    @Override
    public Tensor features(Tensor images) {
        requireImages(images);
        return Torch.scoped(() -> {
            Tensor x = encoder.stem.forward(images, false);
            for (int number = 1; number <= encoder.stages.size(); number++) {
                x = replaced(x, stage(number, x, false, NOBODY));
            }
            return x;
        });
    }

    private static Tensor replaced(Tensor old, Tensor next) {
        old.close();
        return next;
    }

    @Override
    public Tensor part(Tensor images, Surroundings surroundings) {
        requireImages(images);
        return logits(images, false, surroundings, NOBODY, null);
    }

    /** Every norm has seen one batch more. */
    private void countPass() {
        try (PointerScope scope = new PointerScope()) {
            state.counters().add_(new Scalar(1));
        }
    }

    /**
     * The main logits; the auxiliary ones, if there are any and they are wanted, go to {@code auxiliaryLogits[0]} as
     * the caller's own.
     */
    private Tensor logits(
            Tensor images,
            boolean train,
            Surroundings surroundings,
            BiConsumer<String, Tensor> observer,
            Tensor[] auxiliaryLogits) {
        Tensor fine = Torch.scoped(() -> {
            Tensor stem = encoder.stem.forward(images, train);
            observer.accept("encoder.maxpool", stem);
            return stage(1, stem, train, observer);
        });
        Tensor coarse = Torch.scoped(() -> {
            Tensor third = Torch.scoped(() -> stage(3, stage(2, fine, train, observer), train, observer));
            if (auxiliary != null && auxiliaryLogits != null) {
                auxiliaryLogits[0] = Torch.owned(() -> auxiliary.forward(third, train));
                observer.accept("auxor", auxiliaryLogits[0]);
            }
            return stage(4, third, train, observer);
        });
        return decoder.forward(fine, coarse, train, surroundings, observer);
    }

    private Tensor stage(int number, Tensor x, boolean train, BiConsumer<String, Tensor> observer) {
        Tensor y = encoder.stages.get(number - 1).forward(x, train);
        observer.accept("encoder.layer" + number, y);
        return y;
    }

    @Override
    public <V> V describe(Operations<V> operations, V images) {
        V fine = encoder.stages.get(0).describe(operations, encoder.stem.describe(operations, images));
        V coarse = fine;
        for (Layer stage : encoder.stages.subList(1, encoder.stages.size())) {
            coarse = stage.describe(operations, coarse);
        }
        return decoder.describe(operations, fine, coarse);
    }

    @Override
    public Map<String, Tensor> parameters() {
        return state.parameters();
    }

    @Override
    public Map<String, Tensor> buffers() {
        return state.buffers();
    }

    @Override
    public Map<String, Tensor> state() {
        return state.state();
    }

    @Override
    public Tensor counters() {
        return state.counters();
    }

    @Override
    public void floatCounters() {
        Torch.withoutGradient(() -> state.joinCounters(ScalarType.Float));
    }

    @Override
    public void requireGradients(boolean learnable) {
        state.parameters().values().forEach(p -> {
            try (PointerScope scope = new PointerScope()) {
                p.set_requires_grad(learnable);
            }
        });
    }

    @Override
    public void copyStateFrom(SegmentationNetwork other) {
        Map<String, Tensor> source = other.state();
        if (!source.keySet().equals(state().keySet())) {
            throw new IllegalArgumentException(
                    "the networks differ: " + source.size() + " and " + state().size() + " state entries");
        }
        Torch.withoutGradient(() -> state().forEach((key, tensor) -> {
            try (PointerScope scope = new PointerScope()) {
                tensor.copy_(source.get(key));
            }
        }));
    }

    @Override
    public void to(Device device) {
        Torch.withoutGradient(() -> state.computed().values().forEach(tensor -> {
            try (PointerScope scope = new PointerScope()) {
                tensor.set_data(tensor.to(device, tensor.scalar_type()));
            }
        }));
    }

    @Override
    public void channelsLast() {
        Torch.withoutGradient(() -> state().values().forEach(tensor -> {
            if (tensor.dim() == 4) {
                try (PointerScope scope = new PointerScope()) {
                    tensor.set_data(tensor.contiguous(MemoryFormat.ChannelsLast));
                }
            }
        }));
    }

    @Override
    public void close() {
        state.close();
    }
}
