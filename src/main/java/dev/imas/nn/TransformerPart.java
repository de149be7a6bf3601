package dev.imas.nn;

import dev.imas.device.Torch;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A piece of {@link DinoDpt} by itself, of any width: what the network is checked by, part for part. Owns its
 * parameters until {@link #close}; their keys are those inside the piece.
 */
public final class TransformerPart implements AutoCloseable {
    private interface Pass {
        Tensor of(List<Tensor> inputs, Observer observer);
    }

    private interface Built {
        Pass from(StateBuilder state);
    }

    private final StateBuilder state = new StateBuilder(0);
    private final Pass pass;

    private TransformerPart(Built built) {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            pass = built.from(state);
        } catch (RuntimeException | Error e) {
            state.close();
            throw e;
        }
    }

    /** Images [B,channels,14h,14w] to tokens [B,h*w,width]. */
    public static TransformerPart patchEmbedding(int channels, int width) {
        return new TransformerPart(state -> {
            PatchEmbedding layer = new PatchEmbedding(state, "proj", channels, width);
            return (inputs, observer) -> layer.forward(inputs.get(0));
        });
    }

    /** Tokens [B,T,width] to tokens; shows norm1, qkv, attn, ls1, norm2, fc1, gelu, mlp and ls2. */
    public static TransformerPart block(int width, int heads) {
        return new TransformerPart(state -> {
            TransformerBlock layer = new TransformerBlock(state, "", width, heads);
            return (inputs, observer) -> layer.forward(inputs.get(0), observer);
        });
    }

    /**
     * A path [B,planes,h,w] and, if it is given, a skip of the same shape to [B,planes,height,width]; shows unit1 and
     * unit2.
     */
    public static TransformerPart fusion(int planes, int height, int width) {
        return new TransformerPart(state -> {
            FusionBlock layer = new FusionBlock(state, "", planes);
            return (inputs, observer) ->
                    layer.forward(inputs.get(0), inputs.size() > 1 ? inputs.get(1) : null, height, width, observer);
        });
    }

    /**
     * Four of tokens [B,h*w,width] to logits [B,classes,8h,8w].
     *
     * @param planes of the four maps, fine to coarse
     */
    public static TransformerPart head(
            int width, int features, List<Integer> planes, int classes, int patchRows, int patchColumns) {
        return new TransformerPart(state -> {
            DptHead layer = new DptHead(state, "", width, features, planes, classes);
            return (inputs, observer) -> layer.forward(inputs, patchRows, patchColumns, observer);
        });
    }

    /** Learnable tensors by key, in state-dict order (live tensors). */
    public Map<String, Tensor> parameters() {
        return state.parameters();
    }

    /** The result, in the caller's PointerScope. */
    public Tensor forward(List<Tensor> inputs, Observer observer) {
        return pass.of(inputs, observer);
    }

    @Override
    public void close() {
        state.close();
    }
}
