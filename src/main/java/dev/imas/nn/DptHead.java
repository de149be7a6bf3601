package dev.imas.nn;

import dev.imas.device.Torch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The DPT head as UniMatch V2 has it (docs/dino.md): four maps of patch tokens at 4, 2, 1 and 1/2 times the patches'
 * size, fused from coarse to fine, to class logits at 8 times it.
 */
final class DptHead {
    /** State-dict keys of the head begin with it. */
    static final String PREFIX = "head.";
    /** State-dict keys of the last layer, whose shape follows the number of classes. */
    static final String LAST = PREFIX + "scratch.output_conv.2.";

    private final List<Layer> projects = new ArrayList<>();
    private final TransposedConvolution fourfold;
    private final TransposedConvolution twofold;
    private final Layer half;
    private final List<Layer> reduced = new ArrayList<>();
    private final List<FusionBlock> refine = new ArrayList<>();
    private final Layer before;
    private final Layer classifier;

    /** @param prefix of the state-dict keys, empty or with its dot */
    DptHead(StateBuilder state, String prefix, long width, long features, List<Integer> planes, int classes) {
        for (int k = 0; k < 4; k++) {
            projects.add(FusionBlock.convolution(state, prefix + "projects." + k, width, planes.get(k), 1, true));
        }
        fourfold = new TransposedConvolution(state, prefix + "resize_layers.0", planes.get(0), 4);
        twofold = new TransposedConvolution(state, prefix + "resize_layers.1", planes.get(1), 2);
        long coarsest = planes.get(3);
        half = new Convolution(
                state, Convolution.Role.DECODER, prefix + "resize_layers.3", coarsest, coarsest, 3, 2, 1, true);
        String scratch = prefix + "scratch.";
        for (int k = 0; k < 4; k++) {
            String key = scratch + "layer" + (k + 1) + "_rn";
            reduced.add(FusionBlock.convolution(state, key, planes.get(k), features, 3, false));
        }
        for (int k = 1; k <= 4; k++) {
            refine.add(new FusionBlock(state, scratch + "refinenet" + k + ".", features));
        }
        before = FusionBlock.convolution(state, scratch + "output_conv.0", features, features, 3, true);
        classifier = FusionBlock.convolution(state, scratch + "output_conv.2", features, classes, 1, true);
    }

    /**
     * @param tokens four of [B,h*w,width]
     * @return logits [B,classes,8h,8w]
     */
    Tensor forward(List<Tensor> tokens, long h, long w, Observer observer) {
        return Torch.scoped(() -> {
            List<Tensor> maps = new ArrayList<>();
            for (int k = 0; k < 4; k++) {
                int level = k;
                Tensor seen = tokens.get(k);
                maps.add(Torch.scoped(() -> map(level, seen, h, w, observer)));
            }
            Tensor path = null;
            for (int k = 3; k >= 0; k--) {
                path = fused(k, path, maps, observer);
            }
            Tensor last = observer.seen("scratch.output_conv.0", before.forward(path, true));
            return classifier.forward(torch.relu(last), true);
        });
    }

    /** What level k sees of its tokens: [B,features,h',w']. */
    private Tensor map(int k, Tensor tokens, long h, long w, Observer observer) {
        Tensor map = tokens.transpose(1, 2).reshape(tokens.size(0), tokens.size(2), h, w);
        Tensor projected = observer.seen("projects." + k, projects.get(k).forward(map, true));
        Tensor resized =
                switch (k) {
                    case 0 -> fourfold.forward(projected);
                    case 1 -> twofold.forward(projected);
                    case 2 -> projected;
                    default -> half.forward(projected, true);
                };
        observer.accept("resize_layers." + k, resized);
        return observer.seen("scratch.layer" + (k + 1) + "_rn", reduced.get(k).forward(resized, true));
    }

    private Tensor fused(int k, Tensor path, List<Tensor> maps, Observer observer) {
        Tensor own = maps.get(k);
        long height = k == 0 ? 2 * own.size(2) : maps.get(k - 1).size(2);
        long width = k == 0 ? 2 * own.size(3) : maps.get(k - 1).size(3);
        FusionBlock block = refine.get(k);
        Tensor fused = path == null
                ? block.forward(own, null, height, width, Observer.NONE)
                : block.forward(path, own, height, width, Observer.NONE);
        return observer.seen("scratch.refinenet" + (k + 1), fused);
    }

    /**
     * As {@link #forward}, by other operations.
     *
     * @param tokens four maps [B,width,h,w]
     */
    <V> V describe(Operations<V> operations, List<V> tokens) {
        List<V> maps = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            V projected = projects.get(k).describe(operations, tokens.get(k));
            V resized =
                    switch (k) {
                        case 0 -> fourfold.describe(operations, projected);
                        case 1 -> twofold.describe(operations, projected);
                        case 2 -> projected;
                        default -> half.describe(operations, projected);
                    };
            maps.add(reduced.get(k).describe(operations, resized));
        }
        V path = null;
        for (int k = 3; k >= 0; k--) {
            V own = maps.get(k);
            V fused = path == null
                    ? refine.get(k).describe(operations, own, null)
                    : refine.get(k).describe(operations, path, own);
            path = k == 0 ? operations.doubled(fused) : operations.enlarged(fused, maps.get(k - 1));
        }
        return classifier.describe(operations, operations.relu(before.describe(operations, path)));
    }
}
