package dev.imas.data;

import dev.imas.image.ImageSize;
import dev.imas.image.MaskValue;
import dev.imas.image.SmoothedEdges;
import dev.imas.image.StoredMask;
import java.nio.file.Path;
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
 * @param blended it holds colours that smoothing made of others
 * @param negated its file says that the least value is white
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
        boolean blended,
        boolean negated) {
    /** No more are kept of one file: masks of classes have few, and a photograph has as many as pixels. */
    static final int MOST_VALUES = 1000;

    static MaskContent of(Path path, boolean labeled, StoredMask mask) {
        Map<Integer, long[]> counts = new HashMap<>();
        int[] values = mask.values();
        for (int from = 0, to; from < values.length; from = to) {
            to = from + 1;
            while (to < values.length && values[to] == values[from]) {
                to++;
            }
            counts.computeIfAbsent(values[from], value -> new long[1])[0] += to - from;
        }
        Map<MaskValue, Long> pixels = new HashMap<>();
        counts.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue()[0], a.getValue()[0]))
                .limit(MOST_VALUES)
                .forEach(entry -> pixels.put(mask.value(entry.getKey()), entry.getValue()[0]));
        return new MaskContent(
                path,
                labeled,
                new ImageSize(mask.width(), mask.height()),
                mask.colour(),
                mask.palette(),
                mask.alpha(),
                pixels,
                counts.size(),
                mask.colour() && isBlended(mask, counts),
                mask.negated());
    }

    private static boolean isBlended(StoredMask mask, Map<Integer, long[]> counts) {
        Map<Integer, Long> pixels = new HashMap<>();
        counts.forEach((value, count) -> pixels.put(value, count[0]));
        return SmoothedEdges.of(mask, pixels).isPresent();
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
