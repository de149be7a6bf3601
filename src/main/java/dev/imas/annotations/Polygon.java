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
        holes.forEach(hole -> covered.andNot(hole.covered(frame, box)));
        return covered;
    }
}
