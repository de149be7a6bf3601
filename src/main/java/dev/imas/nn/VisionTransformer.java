package dev.imas.nn;

import static dev.imas.nn.TransformerShape.PATCH;
import static dev.imas.nn.TransformerShape.TABLE;

import dev.imas.device.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * DINOv2's encoder (docs/dino.md): patches of 14 pixels and a class token, positions, blocks, and one norm of the four
 * taken blocks' outputs. It computes the same in training and in evaluation.
 */
final class VisionTransformer {
    /** State-dict keys of the encoder begin with it. */
    static final String PREFIX = "backbone.";

    private final TransformerShape shape;
    private final Tensor classToken;
    private final Tensor positions;
    private final PatchEmbedding patches;
    private final List<TransformerBlock> blocks;
    private final TokenNorm norm;

    VisionTransformer(StateBuilder state, TransformerShape shape, int channels) {
        this.shape = shape;
        long width = shape.width();
        classToken = state.parameter(PREFIX + "cls_token", new Initializer.Normal(1e-6), 1, 1, width);
        positions = state.parameter(
                PREFIX + "pos_embed", new Initializer.Normal(Linear.DEVIATION), 1, 1 + TABLE * TABLE, width);
        // Of DINOv2's own training, in which patches are hidden: it is in its files and takes no part here.
        state.parameter(PREFIX + "mask_token", new Initializer.Constant(0), 1, width);
        patches = new PatchEmbedding(state, PREFIX + "patch_embed.proj", channels, width);
        List<TransformerBlock> made = new ArrayList<>();
        for (int i = 0; i < shape.blocks(); i++) {
            made.add(new TransformerBlock(state, PREFIX + "blocks." + i + ".", width, shape.heads()));
        }
        blocks = List.copyOf(made);
        norm = new TokenNorm(state, PREFIX + "norm", width);
    }

    /**
     * The four taken outputs without their class token, in the caller's PointerScope.
     *
     * @param images [B,channels,14h,14w]
     * @return four of [B,h*w,width]
     */
    List<Tensor> forward(Tensor images, Observer observer) {
        long h = images.size(2) / PATCH;
        long w = images.size(3) / PATCH;
        List<Tensor> taken = new ArrayList<>();
        Tensor x = Torch.scoped(() -> tokens(images, h, w, observer));
        for (int i = 0; i < blocks.size(); i++) {
            Tensor y = blocks.get(i).forward(x, Observer.NONE);
            x.close();
            x = observer.seen(PREFIX + "blocks." + i, y);
            if (shape.taken().contains(i)) {
                Tensor normal = observer.seen("features." + taken.size(), norm.forward(x));
                taken.add(normal.narrow(1, 1, h * w));
            }
        }
        return taken;
    }

    private Tensor tokens(Tensor images, long h, long w, Observer observer) {
        Tensor embedded = observer.seen(PREFIX + "patch_embed", patches.forward(images));
        Tensor first = classToken.expand(images.size(0), 1, shape.width()).to(embedded.scalar_type());
        Tensor where = observer.seen("pos_embed", PositionTable.resized(positions, h, w));
        return observer.seen(
                "tokens", torch.cat(new TensorVector(first, embedded), 1).add(where));
    }

    /** As {@link #forward}, by other operations: four maps [B,width,h,w]. */
    <V> List<V> describe(Operations<V> operations, V images) {
        String patch = PREFIX + "patch_embed.proj";
        V embedded = operations.convolution(images, patch + ".weight", Optional.of(patch + ".bias"), PATCH, 0, 1);
        V x = operations.tokens(embedded, PREFIX + "cls_token", PREFIX + "pos_embed", TABLE);
        List<V> taken = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            x = blocks.get(i).describe(operations, x);
            if (shape.taken().contains(i)) {
                taken.add(operations.map(norm.describe(operations, x), embedded));
            }
        }
        return taken;
    }
}
