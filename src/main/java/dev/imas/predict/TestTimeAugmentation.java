package dev.imas.predict;

import dev.imas.common.Interrupts;
import dev.imas.nn.TurnedPasses;
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
        return TurnedPasses.of(positions, images -> {
            Interrupts.check();
            return network.apply(images);
        });
    }
}
