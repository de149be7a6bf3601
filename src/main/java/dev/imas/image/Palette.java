package dev.imas.image;

import java.util.ArrayList;
import java.util.List;

/** Colours of classes where a data set brings none. */
public final class Palette {
    private Palette() {}

    /** The colour map of PASCAL VOC: bit k of an index, three at a time, lights bit 7-k of red, green and blue. */
    public static List<Integer> voc(int classes) {
        List<Integer> colours = new ArrayList<>();
        for (int index = 0; index < classes; index++) {
            int red = 0;
            int green = 0;
            int blue = 0;
            for (int bits = index, shift = 7; bits > 0; bits >>= 3, shift--) {
                red |= (bits & 1) << shift;
                green |= (bits >> 1 & 1) << shift;
                blue |= (bits >> 2 & 1) << shift;
            }
            colours.add(red << 16 | green << 8 | blue);
        }
        return List.copyOf(colours);
    }
}
