package dev.imas.nn;

import dev.imas.config.ImasConfig;
import dev.imas.device.Compute;
import dev.imas.distributed.Ranks;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * DeepLabV3+ on a dilated ResNet (method 1), or the small network of the embedded preset, or DPT on a vision
 * transformer, as plain layers over tensors. Owns its parameters and buffers until {@link #close}.
 */
public interface SegmentationNetwork extends AutoCloseable {
    /** Channels of colour pictures. */
    int RGB = 3;

    /** Logits before the final enlargement; both in the caller's PointerScope. */
    record Output(Tensor logits, Tensor auxiliary) {}

    /** A new network for RGB on the CPU, initialised from the seed as method 1 says. */
    static SegmentationNetwork create(ImasConfig.Network network, int classes, long seed) {
        return create(network, RGB, classes, seed);
    }

    /** As {@link #create(ImasConfig.Network, int, long)}, for images of any number of channels. */
    static SegmentationNetwork create(ImasConfig.Network network, int channels, int classes, long seed) {
        return switch (network.head()) {
            case DEEPLABV3PLUS -> new DeepLabV3Plus(network, channels, classes, seed);
            case DPT -> new DinoDpt(network, channels, classes, seed);
        };
    }

    /**
     * As {@link #create(ImasConfig.Network, int, int, long)}, for values from a file: where first ones would be drawn,
     * which takes seconds for a large network, the parameters are NaN.
     */
    static SegmentationNetwork undrawn(ImasConfig.Network network, int channels, int classes) {
        return StateBuilder.undrawn(() -> create(network, channels, classes, 0));
    }

    /** A run's new network, where and in the layout in which it is computed. */
    static SegmentationNetwork create(ImasConfig config, Compute compute) {
        return create(config, compute, Ranks.ALONE);
    }

    /**
     * As {@link #create(ImasConfig, Compute)}.
     *
     * @param normalized the processes whose images batch normalisation sees together
     */
    static SegmentationNetwork create(ImasConfig config, Compute compute, Ranks normalized) {
        ImasConfig.Data data = config.data();
        int channels = data.channels().count();
        SegmentationNetwork made =
                switch (config.network().head()) {
                    case DEEPLABV3PLUS ->
                        new DeepLabV3Plus(config.network(), channels, data.classes(), config.seed(), normalized);
                    case DPT -> new DinoDpt(config.network(), channels, data.classes(), config.seed()); // without norms
                };
        return made.placed(compute);
    }

    /** Itself, moved to the device and into the layout in which it is computed; closed when that fails. */
    default SegmentationNetwork placed(Compute compute) {
        try {
            if (compute.cuda()) {
                to(compute.torchDevice());
            }
            if (compute.channelsLast()) {
                channelsLast();
            }
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * One pass. Works with gradients on or off and under autocast; intermediate results are freed as the pass goes
     * on, except those that autograd needs. Under autocast the casts of the weights are cached on the thread: a pass
     * without gradients followed by one with them needs {@code clear_cache()} in between, or the second finds casts
     * that carry no gradient.
     *
     * @param images [B,channels,H,W] normalised
     * @param train  batch statistics and their update (true) or running statistics (false)
     * @return logits [B,C,h,w] and, when the network has the head, auxiliary logits, else null
     */
    Output forward(Tensor images, boolean train);

    /**
     * As {@link #forward(Tensor, boolean)}, with the encoder's features multiplied before the head sees them.
     *
     * @param channelFactors f32 [B,{@link #featureChannels}], one an image and channel, the same at every place
     */
    default Output forward(Tensor images, boolean train, Tensor channelFactors) {
        throw new IllegalArgumentException("this network's features have no common channels");
    }

    /** Channels that all features have which the head sees; 0: they differ. */
    default int featureChannels() {
        return 0;
    }

    /** Of which number the sides of images must be multiples. */
    default int sideMultiple() {
        return 1;
    }

    /** Whether the encoder stays as it is: then it is the same in all networks that were made equal to this one. */
    default boolean frozenEncoder() {
        return false;
    }

    /** Whether a tensor of {@link #state} is the frozen encoder's. */
    default boolean frozen(String key) {
        return frozenEncoder() && ofEncoder(key);
    }

    /**
     * The logits of evaluation passes of this network and of another one with the same frozen encoder, which sees the
     * images once for both.
     *
     * @return this one's, then the other's
     */
    default List<Tensor> withSameEncoder(SegmentationNetwork other, Tensor images) {
        throw new IllegalArgumentException("this network's encoder is not frozen");
    }

    /** What the encoder's last stage makes of images [B,channels,H,W] with running statistics: [B,C4,h',w']. */
    Tensor features(Tensor images);

    /**
     * The pass with running statistics, without auxiliary logits, over a part of a picture.
     *
     * @param surroundings what the rest of the picture adds
     * @return logits [B,C,h,w]
     */
    Tensor part(Tensor images, Surroundings surroundings);

    /**
     * The pass with running statistics, without auxiliary logits, by other operations than libtorch's: how a network
     * is written down elsewhere.
     *
     * @param images what stands for [B,channels,H,W] normalised, of any size
     * @return what stands for the logits [B,C,h,w]
     */
    <V> V describe(Operations<V> operations, V images);

    /** Learnable tensors by state-dict key, in state-dict order (live tensors, requires_grad). */
    Map<String, Tensor> parameters();

    /** Running statistics and num_batches_tracked by state-dict key, in state-dict order (live tensors). */
    Map<String, Tensor> buffers();

    /** Every num_batches_tracked of {@link #buffers}, side by side in one tensor [n] of host memory (live). */
    Tensor counters();

    /** Makes the counters float32, as an average of networks needs them; they are integers at first. */
    void floatCounters();

    /** Parameters and buffers in the reference's state-dict order (live tensors). */
    Map<String, Tensor> state();

    /** State-dict key of the first convolution's weights [planes,channels,k,k]: the only ones that see the images. */
    default String firstConvolution() {
        return parameters().keySet().iterator().next();
    }

    /** Keys of a ResNet start with this. */
    String ENCODER_PREFIX = "encoder.";

    /** Keys of a vision transformer start with this. */
    String TRANSFORMER_PREFIX = VisionTransformer.PREFIX;

    /** Whether a key is the encoder's; the others (decoder, auxor, head) learn with the head's rate. */
    static boolean ofEncoder(String key) {
        return key.startsWith(ENCODER_PREFIX) || key.startsWith(TRANSFORMER_PREFIX);
    }

    /** Whether a key's shape follows the number of classes: the last layer, and the auxiliary head's. */
    static boolean dependsOnClasses(String key) {
        return key.startsWith("decoder.classifier.6.")
                || key.startsWith("auxor.aux.3.")
                || key.startsWith(DptHead.LAST);
    }

    /** Whether the parameters collect gradients: true at first; false for a teacher. */
    void requireGradients(boolean learnable);

    /**
     * From now on convolutions, linear layers and their gradients come from the kernels where these are faster than
     * libtorch (float32 on a CPU of that kind; elsewhere nothing changes but who calls this). Then a pass that is
     * recorded is followed by its backward pass before the next one, and gradients are taken by {@code backward}.
     */
    void useKernels();

    /** {@link #useKernels()} where the settings allow it and the network computes in float32 on a CPU. */
    default void useKernels(ImasConfig.Convolving allowed, Compute compute) {
        if (allowed == ImasConfig.Convolving.AUTO && !compute.cuda() && !compute.bf16()) {
            useKernels();
        }
    }

    /**
     * From now on {@code arriving} is told of a parameter that learns, as it stands in {@link #parameters}, whenever a
     * backward pass has its gradient and is about to add it to the parameter's own; by the next call, and when the pass
     * is done, it has been added. The order of the calls is that of the pass, the same in every process. A parameter
     * that took no part is not told of. To be said once.
     */
    void watchGradients(Consumer<Tensor> arriving);

    /** Makes parameters and buffers equal to another network's of the same shape, keeping own types and devices. */
    void copyStateFrom(SegmentationNetwork other);

    /** Moves everything but the counters to a device, keeping the Tensor objects valid. */
    void to(org.bytedeco.pytorch.Device device);

    /** Turns 4-d weights to channels_last in place. */
    void channelsLast();

    /**
     * Promises that the weights stay as they are from now on, and that there are no training passes any more. In
     * float32 on a CPU batch norms are then folded into the convolutions before them: results differ by rounding
     * alone, and the network takes its size in memory once more, its 3x3 convolutions twice where the kernels may
     * take them as well. Closed when that fails.
     *
     * @param compute by which the passes will be made
     */
    default void freeze(Compute compute) {}

    @Override
    void close();
}
