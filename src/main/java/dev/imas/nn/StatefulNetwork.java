package dev.imas.nn;

import dev.imas.common.UserException;
import dev.imas.device.Convolutions;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A network's named tensors and what is done to all of them; the passes are its subclasses'. */
abstract class StatefulNetwork implements SegmentationNetwork {
    protected final StateBuilder state;
    private final int channels;

    /**
     * @param channels channels of the images, at least 1
     * @param classes  number of classes, 1..255
     */
    StatefulNetwork(int channels, int classes, long seed) {
        this(channels, classes, seed, Ranks.ALONE);
    }

    /** @param normalized the processes whose images batch normalisation sees together */
    StatefulNetwork(int channels, int classes, long seed, Ranks normalized) {
        Torch.load();
        if (classes < 1 || classes > 255) {
            throw new UserException("data.classes is " + classes + "; it must be in 1..255");
        }
        this.channels = channels;
        this.state = new StateBuilder(seed, normalized);
    }

    /** Makes the layers, which name their tensors; when that fails nothing is left in memory. */
    protected final void build(Runnable layers) {
        try (PointerScope scope = new PointerScope()) {
            layers.run();
            state.joinCounters(ScalarType.Long);
        } catch (RuntimeException | Error e) {
            state.close();
            throw e;
        }
    }

    protected final void requireImages(Tensor images) {
        if (images.dim() != 4 || images.size(1) != channels) {
            throw new IllegalArgumentException(
                    "images must be [B," + channels + ",H,W], found " + Arrays.toString(images.shape()));
        }
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
    public void useKernels() {
        if (Convolutions.faster()) {
            state.useKernels();
        }
    }

    @Override
    public void watchGradients(Consumer<Tensor> arriving) {
        state.watchGradients(arriving);
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
