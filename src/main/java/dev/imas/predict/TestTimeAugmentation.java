package dev.imas.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** In which positions a network is shown a picture; what it sees in them is turned back and averaged. */
public enum TestTimeAugmentation {
    /** As it is. */
    NONE(1),
    /** As it is, and mirrored left to right: two passes. */
    FLIP(2),
    /** In the four quarter turns, each as it is and mirrored: eight passes. */
    D4(8);

    private static final int ROWS = 2;
    private static final int COLUMNS = 3;

    private final int positions;

    TestTimeAugmentation(int positions) {
        this.positions = positions;
    }

    /** Passes over a picture. */
    public int passes() {
        return positions;
    }

    /**
     * The passes of a network, each from images [B,channels,H,W] to logits [B,C,h,w] in the images' position.
     *
     * @param network of images of any size
     */
    List<UnaryOperator<Tensor>> passes(UnaryOperator<Tensor> network) {
        List<UnaryOperator<Tensor>> passes = new ArrayList<>();
        passes.add(network);
        for (int i = 1; i < positions; i++) {
            Position position = new Position((i & 4) != 0, (i & 2) != 0, (i & 1) != 0);
            passes.add(images -> position.undone(network.apply(position.of(images))));
        }
        return passes;
    }

    /** One of the eight positions of a square; mirrored after rows and columns have changed places. */
    private record Position(boolean transposed, boolean upsideDown, boolean mirrored) {
        Tensor of(Tensor images) {
            return flipped(transposed ? images.transpose(ROWS, COLUMNS) : images)
                    .contiguous();
        }

        Tensor undone(Tensor logits) {
            Tensor flipped = flipped(logits);
            return transposed ? flipped.transpose(ROWS, COLUMNS).contiguous() : flipped;
        }

        private Tensor flipped(Tensor x) {
            if (upsideDown && mirrored) {
                return x.flip(ROWS, COLUMNS);
            }
            return upsideDown ? x.flip(ROWS) : mirrored ? x.flip(COLUMNS) : x;
        }
    }
}
