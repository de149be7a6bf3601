package dev.imas.nn;

import dev.imas.config.ImasConfig.Backbone;
import java.util.List;

/**
 * The measures of a vision transformer and of the DPT head on it (docs/dino.md). Depth and width of DINOv2's three are
 * the published ones.
 *
 * @param width    numbers of a token
 * @param heads    of the attention; they share the width
 * @param blocks   one after the other
 * @param taken    numbers of the four blocks whose outputs the head sees, counted from 0
 * @param features planes of the head's fusion
 * @param planes   planes of the four maps that the head makes of what it sees, fine to coarse
 */
record TransformerShape(int width, int heads, int blocks, List<Integer> taken, int features, List<Integer> planes) {
    /** Pixels of a patch, a side. */
    static final int PATCH = 14;
    /** Patches of the stored table of positions, a side: of pictures of 518x518 pixels. */
    static final int TABLE = 37;
    /** How much wider the hidden layer of a block is than a token. */
    static final int EXPANSION = 4;

    /** The measures of a backbone; none of a ResNet. */
    static TransformerShape of(Backbone backbone) {
        return switch (backbone) {
            case VIT_TINY -> new TransformerShape(48, 3, 4, List.of(0, 1, 2, 3), 16, List.of(8, 16, 32, 48));
            case DINOV2_SMALL -> new TransformerShape(384, 6, 12, List.of(2, 5, 8, 11), 64, List.of(48, 96, 192, 384));
            case DINOV2_BASE ->
                new TransformerShape(768, 12, 12, List.of(2, 5, 8, 11), 128, List.of(96, 192, 384, 768));
            case DINOV2_LARGE ->
                new TransformerShape(1024, 16, 24, List.of(4, 11, 17, 23), 256, List.of(256, 512, 1024, 1024));
            case TINY, RESNET18, RESNET34, RESNET50, RESNET101 ->
                throw new IllegalArgumentException(backbone + " is no transformer");
        };
    }
}
