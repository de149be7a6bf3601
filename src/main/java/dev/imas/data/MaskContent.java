package dev.imas.data;

import dev.imas.image.ImageSize;
import dev.imas.image.MaskValue;
import dev.imas.image.SmoothedEdges;
import dev.imas.image.StoredMask;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was counted in a mask file.
 *
 * @param path    the file
 * @param labeled it belongs to a labelled picture, else to one that validates
 * @param size    of the mask
 * @param colour  it holds colours, not numbers
 * @param palette one 0xRRGGBB an index, or empty
 * @param alpha   it has transparent pixels beside opaque ones
 * @param pixels  how many a value has; of a mask with more than {@link #MOST_VALUES} some of its values
 * @param values  how many values it holds
 * @param tops    stretches of a row with a value of {@code pixels} and none of it above: as many as patches, where
 *                these are convex
 * @param blended it holds colours or greys that smoothing made of others; of no palette, and of no numbers beyond 255
 * @param content tells masks of other values or places apart, up to chance
 * @param negated its file says that the least value is white, and is no fax
 */
record MaskContent(
        Path path,
        boolean labeled,
        ImageSize size,
        boolean colour,
        List<Integer> palette,
        boolean alpha,
        Map<MaskValue, Long> pixels,
        int values,
        Map<MaskValue, Long> tops,
        boolean blended,
        int content,
        boolean negated) {
    /** No more are kept of one file: masks of classes have few, and a photograph has as many as pixels. */
    static final int MOST_VALUES = 1000;

    private static final int WHITE = 255;
    private static final int PIXELS = 0;
    private static final int TOPS = 1;

    static MaskContent of(Path path, boolean labeled, StoredMask mask) {
        Map<Integer, long[]> counts = counts(mask);
        Map<MaskValue, Long> pixels = new HashMap<>();
        Map<MaskValue, Long> tops = new HashMap<>();
        counts.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue()[PIXELS], a.getValue()[PIXELS]))
                .limit(MOST_VALUES)
                .forEach(entry -> {
                    pixels.put(mask.value(entry.getKey()), entry.getValue()[PIXELS]);
                    tops.put(mask.value(entry.getKey()), entry.getValue()[TOPS]);
                });
        return new MaskContent(
                path,
                labeled,
                new ImageSize(mask.width(), mask.height()),
                mask.colour(),
                mask.palette(),
                mask.alpha(),
                pixels,
                counts.size(),
                tops,
                isBlended(mask, counts),
                Arrays.hashCode(mask.values()),
                mask.negated());
    }

    private static boolean isBlended(StoredMask mask, Map<Integer, long[]> counts) {
        if (!mask.colour() && (!mask.palette().isEmpty() || Collections.max(counts.keySet()) > WHITE)) {
            return false;
        }
        Map<Integer, Long> pixels = new HashMap<>();
        counts.forEach((value, count) -> pixels.put(value, count[PIXELS]));
        return SmoothedEdges.of(mask, pixels).isPresent();
    }

    /** Pixels and tops of every value. */
    private static Map<Integer, long[]> counts(StoredMask mask) {
        int[] values = mask.values();
        int width = mask.width();
        Map<Integer, long[]> counts = new HashMap<>();
        for (int row = 0; row < values.length; row += width) {
            for (int from = row, to; from < row + width; from = to) {
                to = from + 1;
                while (to < row + width && values[to] == values[from]) {
                    to++;
                }
                long[] count = counts.computeIfAbsent(values[from], value -> new long[2]);
                count[PIXELS] += to - from;
                count[TOPS] += holds(values, from - width, to - width, values[from]) ? 0 : 1;
            }
        }
        return counts;
    }

    /** @param from may lie before the first value */
    private static boolean holds(int[] values, int from, int to, int value) {
        for (int i = Math.max(0, from); i < to; i++) {
            if (values[i] == value) {
                return true;
            }
        }
        return false;
    }

    /** Its numbers, in rising order. */
    List<Integer> numbers() {
        return pixels.keySet().stream()
                .map(MaskValue::number)
                .filter(number -> number >= 0)
                .distinct()
                .sorted()
                .toList();
    }
}
