package dev.imas.nn;

import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import java.util.List;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * DeepLabV3+ on a dilated ResNet (method 1). Keys, their order and the first values are the reference's; logits are
 * handed out at 1/4 of the image size (the fused kernels enlarge them).
 */
public final class DeepLabV3Plus extends StatefulNetwork {
    private static final BiConsumer<String, Tensor> NOBODY = (name, tensor) -> {};

    private Encoder encoder;
    private Decoder decoder;
    private Layer auxiliary;
    private boolean frozen;

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
        super(channels, classes, seed, normalized);
        build(() -> {
            Architecture architecture = Architecture.of(network);
            encoder = new Encoder(state, architecture, channels, network.multiGrid());
            decoder = new Decoder(state, architecture, network.aspp(), classes);
            auxiliary = network.auxiliary() ? auxiliaryHead(state, architecture, classes) : null;
        });
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
        if (train && frozen) {
            throw new IllegalStateException("a frozen network learns no more");
        }
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

    @Override
    public void freeze(Compute compute) {
        boolean faster = !frozen
                && !compute.cuda()
                && !compute.bf16()
                && compute.channelsLast()
                && (Torch.usesOneDnn() || state.usesKernels());
        frozen = true;
        if (faster) {
            try (PointerScope scope = new PointerScope()) {
                Torch.withoutGradient(this::freezeLayers);
            } catch (RuntimeException | Error e) {
                close();
                throw e;
            }
        }
    }

    private void freezeLayers() {
        encoder.stem.freeze(state);
        encoder.stages.forEach(stage -> stage.freeze(state));
        decoder.freeze(state);
        if (auxiliary != null) {
            auxiliary.freeze(state);
        }
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
}
