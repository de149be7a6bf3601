package dev.imas.annotations;

import java.util.BitSet;
import java.util.List;

/**
 * An outline less its holes.
 *
 * @param exterior what is surrounded
 * @param holes    what is not a part of it
 */
record Polygon(Outline exterior, List<Outline> holes) implements Region {
    @Override
    public Box box(Frame frame) {
        return exterior.box(frame);
    }

    @Override
    public BitSet covered(Frame frame, Box box) {
        BitSet covered = exterior.covered(frame, box);
        holes.forEach(hole -> remove(hole, frame, box, covered));
        return covered;
    }

    /** Looks at the hole's own box alone: tissue may have thousands of small ones. */
    private static void remove(Outline hole, Frame frame, Box box, BitSet covered) {
        Box within = hole.box(frame).and(box);
        if (within.isEmpty()) {
            return;
        }
        BitSet bits = hole.covered(frame, within);
        for (int bit = bits.nextSetBit(0); bit >= 0; bit = bits.nextSetBit(bit + 1)) {
            covered.clear(box.index(within.column(bit), within.row(bit)));
        }
    }
}
