package dev.imas.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether a mask's edges were smoothed, by drawing, resizing or compression: then some of its colours are no classes
 * but lie between two that were painted, and fill no place of their own.
 */
public final class SmoothedEdges {
    /** From this share of the pixels on a colour is one that was painted, not made by smoothing. */
    public static final double PAINTED = 0.002;

    /** One colour between others may be meant, as an outline is. */
    private static final int FEWEST = 2;
    /** Of more it need not be asked: they are the shades of a photograph. */
    private static final int MOST = 255;
    /** Colours no farther apart than this are numbers rather than shades of each other. */
    private static final int NEAR = 12;
    /** What rounding moves a colour from the line between two others. */
    private static final int ROUNDED = 2;

    private SmoothedEdges() {}

    /** As {@link #of(StoredMask, Map)}, counting the pixels too. */
    public static Optional<String> of(StoredMask mask) {
        Map<Integer, long[]> counts = new HashMap<>();
        int[] values = mask.values();
        for (int from = 0, to; from < values.length; from = to) {
            to = from + 1;
            while (to < values.length && values[to] == values[from]) {
                to++;
            }
            counts.computeIfAbsent(values[from], value -> new long[1])[0] += to - from;
        }
        Map<Integer, Long> pixels = new TreeMap<>();
        counts.forEach((value, count) -> pixels.put(value, count[0]));
        return of(mask, pixels);
    }

    /**
     * What gives it away, in words that complete "has ...": empty where edges are not smoothed.
     *
     * @param pixels how many pixels each value has
     */
    public static Optional<String> of(StoredMask mask, Map<Integer, Long> pixels) {
        if (pixels.size() < FEWEST + 2 || pixels.size() > MOST || areNear(mask, pixels.keySet())) {
            return Optional.empty();
        }
        Set<Integer> filling = filling(mask, pixels.size() - FEWEST + 1);
        List<String> between = new ArrayList<>();
        pixels.forEach((value, count) -> {
            if (!filling.contains(value)) {
                ends(mask, value, pixels).ifPresent(between::add);
            }
        });
        return between.size() < FEWEST
                ? Optional.empty()
                : Optional.of(between.size() + " of " + pixels.size() + " colours between others, such as "
                        + between.get(between.size() / 2));
    }

    /** Whether numbers are too close together for one to be a shade of two others. */
    private static boolean areNear(StoredMask mask, Set<Integer> values) {
        return !mask.colour()
                && mask.palette().isEmpty()
                && Collections.max(values) - Collections.min(values) <= 2 * NEAR;
    }

    /**
     * The values with a pixel whose eight neighbours have the same one.
     *
     * @param most more are not looked for
     */
    private static Set<Integer> filling(StoredMask mask, int most) {
        Set<Integer> filling = new HashSet<>();
        int last = -1; // no value is negative
        int[] values = mask.values();
        int width = mask.width();
        for (int y = 1; y < mask.height() - 1; y++) {
            for (int at = y * width + 1; at < (y + 1) * width - 1; at++) {
                int value = values[at];
                if (value != last
                        && three(values, at, value)
                        && three(values, at - width, value)
                        && three(values, at + width, value)) {
                    filling.add(value);
                    last = value;
                    if (filling.size() == most) {
                        return filling;
                    }
                }
            }
        }
        return filling;
    }

    /** Whether a pixel and the ones beside it have a value. */
    private static boolean three(int[] values, int middle, int value) {
        return values[middle - 1] == value && values[middle] == value && values[middle + 1] == value;
    }

    /** Two painted colours between which a value's lies, in words. */
    private static Optional<String> ends(StoredMask mask, int value, Map<Integer, Long> pixels) {
        int colour = mask.value(value).colour();
        List<Integer> painted = pixels.keySet().stream()
                .filter(other ->
                        pixels.get(other) > pixels.get(value) && pixels.get(other) >= PAINTED * mask.values().length)
                .map(other -> mask.value(other).colour())
                .toList();
        for (int a : painted) {
            for (int b : painted) {
                if (a < b && isBetween(colour, a, b)) {
                    return Optional.of(hex(colour) + " between " + hex(a) + " and " + hex(b));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isBetween(int colour, int a, int b) {
        if (distance(colour, a) <= NEAR || distance(colour, b) <= NEAR) {
            return false;
        }
        double part = (double) distance(colour, a) / distance(a, b);
        for (int shift = 0; shift < 24; shift += 8) {
            double there = channel(a, shift) + part * (channel(b, shift) - channel(a, shift));
            if (part >= 1 || Math.abs(channel(colour, shift) - there) > ROUNDED) {
                return false;
            }
        }
        return true;
    }

    /** In the channel in which two colours differ most. */
    private static int distance(int a, int b) {
        int most = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            most = Math.max(most, Math.abs(channel(a, shift) - channel(b, shift)));
        }
        return most;
    }

    private static int channel(int colour, int shift) {
        return colour >> shift & 255;
    }

    private static String hex(int colour) {
        return String.format(Locale.ROOT, "#%06x", colour);
    }
}
