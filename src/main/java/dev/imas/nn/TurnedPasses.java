package dev.imas.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** A network that is shown images in several of the eight positions of a square. */
public final class TurnedPasses {
    private static final int ROWS = 2;
    private static final int COLUMNS = 3;

    private TurnedPasses() {}

    /**
     * A pass for each position, from images [B,channels,H,W] to logits [B,C,h,w] in the images' position: as they are;
     * mirrored; upside down; both; then the same with rows and columns changed.
     *
     * @param network   of images of any size
     * @param positions so many of them, 1 to 8
     */
    public static List<UnaryOperator<Tensor>> of(int positions, UnaryOperator<Tensor> network) {
        List<UnaryOperator<Tensor>> passes = new ArrayList<>();
        passes.add(network);
        for (int i = 1; i < positions; i++) {
            Position position = new Position((i & 4) != 0, (i & 2) != 0, (i & 1) != 0);
            passes.add(images -> position.undone(network.apply(position.of(images))));
        }
        return passes;
    }

    /** Mirrored after rows and columns have changed places. */
    private record Position(boolean transposed, boolean upsideDown, boolean mirrored) {
        Tensor of(Tensor images) {
            Tensor turned = flipped(transposed ? images.transpose(ROWS, COLUMNS) : images);
            return turned.contiguous(
                    images.is_contiguous(MemoryFormat.ChannelsLast)
                            ? MemoryFormat.ChannelsLast
                            : MemoryFormat.Contiguous);
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
