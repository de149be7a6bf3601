package dev.imas.nn;

import static dev.imas.nn.TransformerShape.PATCH;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.device.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * DPT on DINOv2 (docs/dino.md): keys, their order and the arithmetic are those of the public UniMatch V2. Logits are
 * handed out at 8 pixels a patch, 8/14 of the image size; the fused kernels enlarge them, bilinearly with aligned
 * corners, as the published program does. It has no buffers, and computes the same in training and in evaluation.
 */
public final class DinoDpt extends StatefulNetwork {
    private final boolean frozen;
    private final TransformerShape shape;
    private VisionTransformer encoder;
    private DptHead head;

    /**
     * A new network on the CPU with the first values that the seed determines.
     *
     * @param network  of which the backbone is a transformer
     * @param channels channels of the images, at least 1
     * @param classes  number of classes, 1..255
     */
    public DinoDpt(ImasConfig.Network network, int channels, int classes, long seed) {
        super(channels, classes, seed);
        frozen = network.freezeEncoder();
        shape = TransformerShape.of(network.backbone());
        build(() -> {
            encoder = new VisionTransformer(state, shape, channels);
            head = new DptHead(state, DptHead.PREFIX, shape.width(), shape.features(), shape.planes(), classes);
            requireGradients(true);
        });
    }

    /** Whether it has a gradient at all: a frozen encoder's parameters have none. */
    @Override
    public void requireGradients(boolean learnable) {
        state.parameters().forEach((key, parameter) -> {
            try (PointerScope scope = new PointerScope()) {
                parameter.set_requires_grad(learnable && !frozen(key));
            }
        });
    }

    @Override
    public Output forward(Tensor images, boolean train) {
        return forward(images, null, Observer.NONE);
    }

    @Override
    public Output forward(Tensor images, boolean train, Tensor channelFactors) {
        return forward(images, channelFactors, Observer.NONE);
    }

    /**
     * As {@link #forward(Tensor, boolean, Tensor)}, showing intermediate results under the names that the public
     * program's layers have: {@code backbone.patch_embed}, {@code pos_embed}, {@code tokens},
     * {@code backbone.blocks.i}, {@code features.k} with the class token and before the factors,
     * {@code head.projects.k} and so on.
     *
     * @param channelFactors f32 [B,width], or null
     */
    public Output forward(Tensor images, Tensor channelFactors, Observer observer) {
        requireSides(images);
        return new Output(
                Torch.scoped(() -> {
                    List<Tensor> tokens = encoder.forward(images, observer);
                    return logits(times(tokens, channelFactors), images, observer);
                }),
                null);
    }

    @Override
    public boolean frozenEncoder() {
        return frozen;
    }

    @Override
    public List<Tensor> withSameEncoder(SegmentationNetwork other, Tensor images) {
        requireSides(images);
        Tensor own;
        Tensor others;
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> tokens = encoder.forward(images, Observer.NONE);
            own = logits(tokens, images, Observer.NONE);
            others = ((DinoDpt) other).logits(tokens, images, Observer.NONE);
            own.retainReference();
            others.retainReference();
        }
        return List.of(Torch.adopt(own), Torch.adopt(others));
    }

    private Tensor logits(List<Tensor> tokens, Tensor images, Observer observer) {
        return head.forward(
                tokens,
                images.size(2) / PATCH,
                images.size(3) / PATCH,
                (name, tensor) -> observer.accept(DptHead.PREFIX + name, tensor));
    }

    private void requireSides(Tensor images) {
        requireImages(images);
        long height = images.size(2);
        long width = images.size(3);
        if (height % PATCH != 0 || width % PATCH != 0) {
            throw new UserException("the network's patches are of " + PATCH + "x" + PATCH + " pixels, and a picture of "
                    + width + "x" + height + " cannot be cut into them; expected sides that are multiples of " + PATCH
                    + ", such as " + nearest(width) + "x" + nearest(height));
        }
    }

    private static long nearest(long side) {
        return Math.max(1, Math.round((double) side / PATCH)) * PATCH;
    }

    private List<Tensor> times(List<Tensor> tokens, Tensor channelFactors) {
        if (channelFactors == null) {
            return tokens;
        }
        long[] expected = {tokens.get(0).size(0), shape.width()};
        if (!Arrays.equals(channelFactors.shape(), expected)) {
            throw new IllegalArgumentException("factors of channels must be " + Arrays.toString(expected) + ", found "
                    + Arrays.toString(channelFactors.shape()));
        }
        List<Tensor> products = new ArrayList<>();
        for (Tensor t : tokens) {
            products.add(t.mul(channelFactors.unsqueeze(1)));
        }
        return products;
    }

    @Override
    public int sideMultiple() {
        return PATCH;
    }

    @Override
    public int featureChannels() {
        return shape.width();
    }

    @Override
    public String firstConvolution() {
        return VisionTransformer.PREFIX + "patch_embed.proj.weight";
    }

    /** The last taken block's patch tokens as a map [B,width,h,w]. */
    @Override
    public Tensor features(Tensor images) {
        requireSides(images);
        return Torch.scoped(() -> {
            Tensor last = encoder.forward(images, Observer.NONE).get(3);
            return last.transpose(1, 2)
                    .reshape(images.size(0), shape.width(), images.size(2) / PATCH, images.size(3) / PATCH);
        });
    }

    /** The pass over a part by itself: what else its picture holds cannot be told to a transformer. */
    @Override
    public Tensor part(Tensor images, Surroundings surroundings) {
        return forward(images, false).logits();
    }

    /**
     * With what stands around it, so that images may be of any size: they are resized to whole patches, and the logits
     * have that size.
     */
    @Override
    public <V> V describe(Operations<V> operations, V images) {
        V whole = operations.wholePatches(images, PATCH);
        return operations.enlarged(head.describe(operations, encoder.describe(operations, whole)), whole);
    }
}
