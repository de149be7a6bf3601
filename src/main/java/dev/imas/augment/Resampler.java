package dev.imas.augment;

import dev.imas.image.RgbImage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One antialiased bilinear resize: along the rows first, rounded to 8 bits, then along the columns, in the fixed point
 * of {@link FilterTaps}. A source row is filtered along the row when an output first needs it, and kept as long as one
 * does.
 *
 * <p>A row holds a pixel in each int, red | green << 8 | blue << 16, and is worked on channel by channel, in loops that
 * are turned into vector instructions: short bodies over ints, with every array at the same index.
 */
final class Resampler {
    private static final VarHandle FOUR_BYTES =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int RGB = 0xffffff;
    /** Where the channels lie in a pixel. */
    private static final int[] SHIFTS = {0, 8, 16};

    private final RgbImage image;
    private final FilterTaps columns;
    private final FilterTaps rows;
    /** The part of a source row that some output reads, and its first column. */
    private final int[] line;

    private final int firstColumn;
    /** One or two source pixels of every output. */
    private final int[] picked;

    private final int[] pickedSecond;
    /** Sums of the filter: by channel, by output. */
    private final int[][] sums;

    Resampler(RgbImage image, FilterTaps columns, FilterTaps rows) {
        this.image = image;
        this.columns = columns;
        this.rows = rows;
        firstColumn = Arrays.stream(columns.start()).min().orElseThrow();
        line = new int[Arrays.stream(columns.start()).max().orElseThrow() + columns.taps() - firstColumn];
        picked = new int[columns.outputs()];
        pickedSecond = new int[columns.outputs()];
        sums = new int[SHIFTS.length][columns.outputs()];
    }

    /** Writes the resized picture into the upper left corner of {@code target}, which is at least as large. */
    void run(RgbImage target) {
        int taps = rows.taps();
        int[][] kept = new int[taps][columns.outputs()];
        int[] result = new int[columns.outputs()];
        int next = 0;
        for (int y = 0; y < rows.outputs(); y++) {
            int start = rows.start()[y];
            for (next = Math.max(next, start); next < start + taps; next++) {
                alongRow(next, kept[next % taps]);
            }
            if (rows.blend()) {
                blend(kept[start % 2], kept[(start + 1) % 2], rows.weights()[1][y], result);
            } else {
                startSums();
                for (int tap = 0; tap < taps; tap++) {
                    for (int channel = 0; channel < SHIFTS.length; channel++) {
                        add(kept[(start + tap) % taps], SHIFTS[channel], rows.weights()[tap][y], sums[channel]);
                    }
                }
                round(result);
            }
            store(result, target.rgb(), y * target.width() * 3);
        }
    }

    private void alongRow(int row, int[] result) {
        load(image.rgb(), (row * image.width() + firstColumn) * 3, line);
        if (columns.blend()) {
            pick(line, columns.start(), -firstColumn, picked);
            pick(line, columns.start(), 1 - firstColumn, pickedSecond);
            blend(picked, pickedSecond, columns.weights()[1], result);
        } else {
            startSums();
            for (int tap = 0; tap < columns.taps(); tap++) {
                pick(line, columns.start(), tap - firstColumn, picked);
                for (int channel = 0; channel < SHIFTS.length; channel++) {
                    add(picked, SHIFTS[channel], columns.weights()[tap], sums[channel]);
                }
            }
            round(result);
        }
    }

    private static void pick(int[] line, int[] columns, int offset, int[] picked) {
        for (int x = 0; x < picked.length; x++) {
            picked[x] = line[columns[x] + offset];
        }
    }

    /** Enlarging: one product a value; the result lies between its two sources, so that it needs no clipping. */
    private static void blend(int[] first, int[] second, int secondWeight, int[] result) {
        Arrays.fill(result, 0);
        for (int shift : SHIFTS) {
            for (int i = 0; i < result.length; i++) {
                result[i] |= blend(first[i] >>> shift & 255, second[i] >>> shift & 255, secondWeight) << shift;
            }
        }
    }

    private static void blend(int[] first, int[] second, int[] secondWeight, int[] result) {
        Arrays.fill(result, 0);
        for (int shift : SHIFTS) {
            for (int i = 0; i < result.length; i++) {
                result[i] |= blend(first[i] >>> shift & 255, second[i] >>> shift & 255, secondWeight[i]) << shift;
            }
        }
    }

    private static int blend(int first, int second, int secondWeight) {
        return ((first << FilterTaps.BITS) + (second - first) * secondWeight + FilterTaps.HALF) >>> FilterTaps.BITS;
    }

    private void startSums() {
        for (int[] sum : sums) {
            Arrays.fill(sum, FilterTaps.HALF);
        }
    }

    private static void add(int[] row, int shift, int weight, int[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += (row[i] >>> shift & 255) * weight;
        }
    }

    private static void add(int[] row, int shift, int[] weight, int[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += (row[i] >>> shift & 255) * weight[i];
        }
    }

    private void round(int[] result) {
        Arrays.fill(result, 0);
        for (int channel = 0; channel < SHIFTS.length; channel++) {
            round(sums[channel], SHIFTS[channel], result);
        }
    }

    /** Sums to 8-bit values. Very many taps can sum to more than 1, though not beyond 2: the product clips. */
    private static void round(int[] sum, int shift, int[] result) {
        for (int i = 0; i < result.length; i++) {
            int value = sum[i] >>> FilterTaps.BITS;
            result[i] |= value - (value >>> 8) * (value - 255) << shift;
        }
    }

    /** Reads pixels.length pixels from byte {@code from} on. */
    private static void load(byte[] rgb, int from, int[] pixels) {
        int last = pixels.length - 1;
        for (int x = 0; x < last; x++) {
            pixels[x] = (int) FOUR_BYTES.get(rgb, from + 3 * x) & RGB;
        }
        int p = from + 3 * last;
        pixels[last] = rgb[p] & 255 | (rgb[p + 1] & 255) << 8 | (rgb[p + 2] & 255) << 16;
    }

    /**
     * Writes all pixels to byte {@code to} and the following ones; the fourth byte of each is overwritten by the next.
     */
    private static void store(int[] pixels, byte[] rgb, int to) {
        int last = pixels.length - 1;
        for (int x = 0; x < last; x++) {
            FOUR_BYTES.set(rgb, to + 3 * x, pixels[x]);
        }
        int p = to + 3 * last;
        rgb[p] = (byte) pixels[last];
        rgb[p + 1] = (byte) (pixels[last] >>> 8);
        rgb[p + 2] = (byte) (pixels[last] >>> 16);
    }
}
