package dev.imas.run;

import dev.imas.common.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * pseudo_labels.csv: how far the teacher's labels could be learned from, each time it was looked at. A row a class and
 * look; the file is replaced as a whole.
 *
 * @param looks by their steps
 */
public record PseudoLabels(List<Look> looks) {
    /** Those of a run that was not looked at. */
    public static final PseudoLabels NONE = new PseudoLabels(List.of());

    private static final List<String> COLUMNS = List.of(
            "epoch",
            "step",
            "class",
            "name",
            "threshold",
            "unlabelled_pixels",
            "unlabelled_confident",
            "validation_true",
            "validation_pixels",
            "validation_confident",
            "validation_right");

    /**
     * The state after a step.
     *
     * @param epoch   from 1
     * @param step    steps finished
     * @param classes one for each class
     */
    public record Look(long epoch, long step, List<OfClass> classes) {
        /** Share in [0,1] of the pixels of unlabelled pictures on which the teacher is confident; NaN without any. */
        public double confidentUnlabelled() {
            return share(sum(OfClass::unlabelledConfident), sum(OfClass::unlabelledPixels));
        }

        /** The same of the pixels of validation pictures. */
        public double confidentValidation() {
            return share(sum(OfClass::confident), sum(OfClass::pixels));
        }

        /** Share in [0,1] of the confident pixels of validation pictures whose label is right; NaN without any. */
        public double precision() {
            return share(sum(OfClass::right), sum(OfClass::confident));
        }

        private long sum(ToLongFunction<OfClass> column) {
            return classes.stream().mapToLong(column).sum();
        }
    }

    /**
     * A class's part of it: of pixels that the teacher gives this label; on validation pictures, of those whose truth
     * is known.
     *
     * @param threshold           confidence in [0,1] from which a pixel teaches
     * @param unlabelledPixels    pixels of unlabelled pictures
     * @param unlabelledConfident those that reach the threshold
     * @param truth               pixels of validation pictures that are of the class
     * @param pixels              pixels of validation pictures that are given its label
     * @param confident           those that reach the threshold
     * @param right               those of them that are of the class
     */
    public record OfClass(
            int index,
            String name,
            double threshold,
            long unlabelledPixels,
            long unlabelledConfident,
            long truth,
            long pixels,
            long confident,
            long right) {
        /** Share in [0,1] of its confident pixels that are right; NaN without any. */
        public double precision() {
            return share(right, confident);
        }

        /** Share in [0,1] of its true pixels that it would be learned from rightly; NaN without any. */
        public double found() {
            return share(right, truth);
        }

        /** Share in [0,1] of the pixels of unlabelled pictures with its label that teach; NaN without any. */
        public double confidentUnlabelled() {
            return share(unlabelledConfident, unlabelledPixels);
        }
    }

    private static double share(long part, long whole) {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }

    /** With one more, which takes the place of those at its step and later. */
    public PseudoLabels with(Look look) {
        List<Look> all = new ArrayList<>(until(look.step - 1).looks);
        all.add(look);
        return new PseudoLabels(List.copyOf(all));
    }

    /** Those up to a step. */
    public PseudoLabels until(long step) {
        return new PseudoLabels(looks.stream().filter(look -> look.step <= step).toList());
    }

    /** Writes or replaces the file. */
    public void write(Path file) throws IOException {
        DurableFiles.replace(file, beside -> {
            try (CsvLog csv = new CsvLog(beside, 0, COLUMNS)) {
                looks.forEach(look -> look.classes.forEach(c -> csv.row(
                        look.epoch,
                        look.step,
                        c.index,
                        c.name,
                        c.threshold,
                        c.unlabelledPixels,
                        c.unlabelledConfident,
                        c.truth,
                        c.pixels,
                        c.confident,
                        c.right)));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    /**
     * Reads what is usable.
     *
     * @param notes told in a sentence each what is missing or damaged
     */
    public static PseudoLabels read(Path file, List<String> notes) {
        TreeMap<Long, Look> looks = new TreeMap<>();
        CsvFile.read(file, COLUMNS, List.of(), notes, row -> {
            Look look = looks.computeIfAbsent(
                    row.integer("step"), step -> new Look(row.integer("epoch"), step, new ArrayList<>()));
            look.classes.add(new OfClass(
                    (int) Math.min(row.integer("class"), 255),
                    row.text("name"),
                    row.number("threshold"),
                    row.integer("unlabelled_pixels"),
                    row.integer("unlabelled_confident"),
                    row.integer("validation_true"),
                    row.integer("validation_pixels"),
                    row.integer("validation_confident"),
                    row.integer("validation_right")));
        });
        return new PseudoLabels(List.copyOf(looks.values()));
    }
}
