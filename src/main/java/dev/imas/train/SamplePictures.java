package dev.imas.train;

import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.image.Composite;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.predict.Segmenter;
import dev.imas.run.SampleFile;
import dev.imas.run.SampleFile.View;
import dev.imas.run.SampleNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Validation pictures with what student and teacher see in them, for the report. */
final class SamplePictures {
    /** Of {@code every}: few, for a look while a run goes on. */
    static final int SOME = 4;

    private static final int MOST = 12;

    /** Told of a sample that was written. */
    interface Written {
        /** @param strip image, truth, student and teacher side by side */
        void sample(int number, Supplier<RgbImage> strip);
    }

    private SamplePictures() {}

    /**
     * Writes image, truth, student and teacher of some pictures, spread evenly over the validation images, and their
     * names.
     *
     * @param every 1 for all of them; k for every k-th, under the same names
     */
    static void write(Path folder, Dataset data, Segmenter student, Segmenter teacher, int every, Written written)
            throws IOException {
        Files.createDirectories(folder);
        int size = data.validation().size();
        int count = Math.min(MOST, size);
        SortedMap<Integer, String> names = new TreeMap<>(); // of pictures of earlier looks, too
        for (int k = 0; k < count; k++) {
            names.put(k, data.validation().id(row(k, count, size)));
        }
        SampleNames.write(folder, names);
        for (int k = 0; k < count; k += every) {
            int i = row(k, count, size);
            Optional<ImageSource.Loaded> loaded = data.validation().load(i, true);
            if (loaded.isEmpty()) {
                continue;
            }
            RgbImage image = Composite.of(loaded.get().picture());
            LabelMap truth = loaded.get().mask();
            LabelMap ofStudent = student.segment(loaded.get().picture()).labels();
            LabelMap ofTeacher = teacher.segment(loaded.get().picture()).labels();
            Pngs.write(file(folder, k, View.IMAGE), image);
            IndexPng.write(file(folder, k, View.TRUTH), truth, data.palette());
            IndexPng.write(file(folder, k, View.STUDENT), ofStudent, data.palette());
            IndexPng.write(file(folder, k, View.TEACHER), ofTeacher, data.palette());
            written.sample(k, () -> Strip.of(image, List.of(truth, ofStudent, ofTeacher), data.palette()));
        }
    }

    private static int row(int number, int count, int size) {
        return (int) ((long) number * size / count);
    }

    private static Path file(Path folder, int number, View view) {
        return folder.resolve(new SampleFile(number, view).name());
    }
}
