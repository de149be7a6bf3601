package dev.imas.image;

import java.util.List;
import java.util.Set;

/**
 * Makes masks of classes from masks that hold a number (or colour) an object and 0 (black) for the background: what is
 * asked of a network that shall find objects it has no numbers for.
 */
public final class ObjectMasks {
    private static final int BACKGROUND = 0;
    private static final int INSIDE = 1;
    private static final int BORDER = 2;

    private ObjectMasks() {}

    /**
     * Every object is 1.
     *
     * @param ignored stored values that become {@link LabelMap#IGNORE}
     */
    public static StoredMask foreground(StoredMask mask, Set<Integer> ignored) {
        int[] values = mask.values();
        int[] classes = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            classes[i] = ignored.contains(values[i]) ? LabelMap.IGNORE : values[i] == 0 ? BACKGROUND : INSIDE;
        }
        return of(mask, classes);
    }

    /**
     * The inside of an object is 1, its border 2: those of its pixels that have one of another value among their eight
     * neighbours in the picture. Two objects that touch have a border each; the picture's edge is none.
     *
     * @param ignored stored values that become {@link LabelMap#IGNORE}; an object has no border towards them
     */
    public static StoredMask border(StoredMask mask, Set<Integer> ignored) {
        StoredMask made = foreground(mask, ignored);
        for (int y = 0; y < mask.height(); y++) {
            for (int x = 0; x < mask.width(); x++) {
                int i = y * mask.width() + x;
                if (made.values()[i] == INSIDE && touchesAnother(mask, x, y, ignored)) {
                    made.values()[i] = BORDER;
                }
            }
        }
        return made;
    }

    private static boolean touchesAnother(StoredMask mask, int x, int y, Set<Integer> ignored) {
        int own = mask.values()[y * mask.width() + x];
        for (int ny = Math.max(0, y - 1); ny <= Math.min(mask.height() - 1, y + 1); ny++) {
            for (int nx = Math.max(0, x - 1); nx <= Math.min(mask.width() - 1, x + 1); nx++) {
                int other = mask.values()[ny * mask.width() + nx];
                if (other != own && !ignored.contains(other)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static StoredMask of(StoredMask mask, int[] classes) {
        return new StoredMask(mask.width(), mask.height(), classes, false, List.of(), mask.alpha(), mask.negated());
    }
}
