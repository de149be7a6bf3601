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
 * @param forms   what a value's pixels form, of those in {@code pixels}
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
        Map<MaskValue, Form> forms,
        boolean blended,
        boolean negated) {
    /**
     * What the pixels of a value form.
     *
     * @param inner pixels whose neighbours to all four sides have the value, too; the picture's end counts as such
     * @param tops  stretches of a row with no pixel of the value above: as many as patches where these are convex
     */
    record Form(long inner, long tops) {}

    /** No more are kept of one file: masks of classes have few, and a photograph has as many as pixels. */
    static final int MOST_VALUES = 1000;

    private static final int PIXELS = 0;
    private static final int INNER = 1;
    private static final int TOPS = 2;

    static MaskContent of(Path path, boolean labeled, StoredMask mask) {
        Map<Integer, long[]> counts = counts(mask);
        Map<MaskValue, Long> pixels = new HashMap<>();
        Map<MaskValue, Form> forms = new HashMap<>();
        counts.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue()[PIXELS], a.getValue()[PIXELS]))
                .limit(MOST_VALUES)
                .forEach(entry -> {
                    long[] count = entry.getValue();
                    pixels.put(mask.value(entry.getKey()), count[PIXELS]);
                    forms.put(mask.value(entry.getKey()), new Form(count[INNER], count[TOPS]));
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
                forms,
                mask.colour() && isBlended(mask, counts),
                mask.negated());
    }

    private static boolean isBlended(StoredMask mask, Map<Integer, long[]> counts) {
        Map<Integer, Long> pixels = new HashMap<>();
        counts.forEach((value, count) -> pixels.put(value, count[0]));
        return SmoothedEdges.of(mask, pixels).isPresent();
    }

    /** Pixels, inner pixels and tops of every value. */
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
                long[] count = counts.computeIfAbsent(values[from], value -> new long[3]);
                count[PIXELS] += to - from;
                count[INNER] += inner(values, width, from, to);
                count[TOPS] += alike(values, from - width, to - width, values[from]) == 0 ? 1 : 0;
            }
        }
        return counts;
    }

    /** Of a stretch of a row that has one value. */
    private static int inner(int[] values, int width, int from, int to) {
        int inner = 0;
        for (int i = from; i < to; i++) {
            boolean beside = (i > from || i % width == 0) && (i < to - 1 || to % width == 0);
            boolean above = i < width || values[i - width] == values[i];
            boolean below = i + width >= values.length || values[i + width] == values[i];
            inner += beside && above && below ? 1 : 0;
        }
        return inner;
    }

    private static int alike(int[] values, int from, int to, int value) {
        int alike = 0;
        for (int i = Math.max(0, from); i < to; i++) {
            alike += values[i] == value ? 1 : 0;
        }
        return alike;
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
