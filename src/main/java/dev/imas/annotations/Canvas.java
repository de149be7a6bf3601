package dev.imas.annotations;

import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import java.util.Arrays;
import java.util.BitSet;

/** A mask while annotations are laid upon it, the later over the earlier. */
final class Canvas {
    private final int width;
    private final int height;
    private final byte[] labels;
    private final BitSet annotated = new BitSet();
    private long covered;

    /** @param unannotated label of the pixels upon which nothing is laid */
    Canvas(ImageSize size, int unannotated) {
        width = size.width();
        height = size.height();
        labels = new byte[Math.multiplyExact(width, height)];
        Arrays.fill(labels, (byte) unannotated);
    }

    /**
     * Lays a region upon the mask and returns how many pixels it has there.
     *
     * @param frame where the mask's pixels lie among the region's coordinates
     */
    long lay(Region region, int label, Frame frame) {
        Box box = region.box(frame);
        if (box.isEmpty()) {
            return 0;
        }
        BitSet bits = region.covered(frame, box);
        for (int bit = bits.nextSetBit(0); bit >= 0; bit = bits.nextSetBit(bit + 1)) {
            lay(box.row(bit) * width + box.column(bit), (byte) label);
        }
        return bits.cardinality();
    }

    private void lay(int pixel, byte label) {
        if (annotated.get(pixel) && labels[pixel] != label) {
            covered++;
        }
        annotated.set(pixel);
        labels[pixel] = label;
    }

    /** Pixels that lay under another class's annotation, counted every time. */
    long covered() {
        return covered;
    }

    LabelMap mask() {
        return new LabelMap(width, height, labels);
    }
}
