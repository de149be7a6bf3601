package dev.imas.annotations;

import java.util.BitSet;

/** A part of a picture; a pixel belongs to it when its centre does. */
interface Region {
    /** Pixels of the frame outside of which none belongs to the region. */
    Box box(Frame frame);

    /** The pixels of a box, by {@link Box#index}, that belong to the region; the box lies within the frame. */
    BitSet covered(Frame frame, Box box);
}
