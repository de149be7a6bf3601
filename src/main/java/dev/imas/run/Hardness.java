package dev.imas.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * hardness.csv: one value an unlabelled image and epoch, hardness = 1 - gamma in [0,1] (method 4).
 *
 * @param images names in order of appearance
 * @param epochs per epoch one value an image, NaN where the image was not seen; an array may end before the last image
 */
public record Hardness(List<String> images, TreeMap<Long, float[]> epochs) {
    /** That of a run without the file. */
    public static final Hardness NONE = new Hardness(List.of(), new TreeMap<>());

    private static final List<String> COLUMNS = List.of("epoch", "image", "gamma", "hardness");

    /** Writes the file as a run goes on. */
    public static final class Log implements AutoCloseable {
        private final CsvLog csv;

        /**
         * Opens or creates the file.
         *
         * @param position bytes to keep of an earlier part of the run; 0 starts anew
         */
        public Log(Path file, long position) throws IOException {
            csv = new CsvLog(file, position, COLUMNS);
        }

        /** @param gamma the last of this epoch, in [0,1] */
        public void row(int epoch, String image, float gamma) {
            csv.row(epoch, image, gamma, 1 - gamma);
        }

        /** Makes the rows durable and returns their length in bytes. */
        public long sync() throws IOException {
            return csv.sync();
        }

        @Override
        public void close() throws IOException {
            csv.close();
        }
    }

    /**
     * Reads what is usable.
     *
     * @param notes told in a sentence each what is missing or damaged
     */
    public static Hardness read(Path file, List<String> notes) {
        Map<String, Integer> index = new HashMap<>();
        List<String> names = new ArrayList<>();
        TreeMap<Long, float[]> epochs = new TreeMap<>();
        CsvFile.read(file, List.of("epoch", "image", "hardness"), List.of(), notes, row -> {
            double hardness = row.number("hardness");
            if (Double.isNaN(hardness)) {
                return; // not seen in this epoch
            }
            if (!(hardness >= -1e-6 && hardness <= 1 + 1e-6)
                    || row.text("image").isEmpty()) {
                throw new CsvFile.BadRow();
            }
            long epoch = row.integer("epoch");
            int image = index.computeIfAbsent(row.text("image"), name -> {
                names.add(name);
                return names.size() - 1;
            });
            float[] values = epochs.computeIfAbsent(epoch, e -> filled(Math.max(16, names.size())));
            if (image >= values.length) {
                int old = values.length;
                values = Arrays.copyOf(values, Math.max(image + 1, 2 * old));
                Arrays.fill(values, old, values.length, Float.NaN);
                epochs.put(epoch, values);
            }
            values[image] = (float) Math.min(1, Math.max(0, hardness));
        });
        return new Hardness(names, epochs);
    }

    private static float[] filled(int length) {
        float[] values = new float[length];
        Arrays.fill(values, Float.NaN);
        return values;
    }

    public boolean isEmpty() {
        return epochs.isEmpty();
    }

    /** Hardness of an image in an epoch, NaN if it was not seen. */
    public float at(long epoch, int image) {
        float[] values = epochs.get(epoch);
        return image < values.length ? values[image] : Float.NaN;
    }

    /** The values of an epoch in ascending order. */
    public float[] sorted(long epoch) {
        float[] values = epochs.get(epoch).clone();
        Arrays.sort(values);
        // NaN sorts last.
        int n = values.length;
        while (n > 0 && Float.isNaN(values[n - 1])) {
            n--;
        }
        return Arrays.copyOf(values, n);
    }

    /** Images of the last epoch from the easiest to the hardest; equal ones by name. */
    public int[] ranked() {
        long last = epochs.lastKey();
        return IntStream.range(0, images.size())
                .filter(i -> !Float.isNaN(at(last, i)))
                .boxed()
                .sorted((a, b) -> at(last, a) != at(last, b)
                        ? Float.compare(at(last, a), at(last, b))
                        : images.get(a).compareTo(images.get(b)))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
