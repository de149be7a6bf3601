package dev.imas.train;

import dev.imas.data.Dataset;
import dev.imas.data.ImageSource;
import dev.imas.image.Composite;
import dev.imas.image.IndexPng;
import dev.imas.image.Picture;
import dev.imas.image.Pngs;
import dev.imas.predict.Segmenter;
import dev.imas.run.SampleFile;
import dev.imas.run.SampleFile.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Validation pictures with what student and teacher see in them, for the report. */
final class SamplePictures {
    private static final int MOST = 12;

    private SamplePictures() {}

    /** Writes image, truth, student and teacher of some pictures, spread evenly over the validation images. */
    static void write(Path folder, Dataset data, Segmenter student, Segmenter teacher) throws IOException {
        Files.createDirectories(folder);
        int size = data.validation().size();
        int count = Math.min(MOST, size);
        for (int k = 0; k < count; k++) {
            int i = (int) ((long) k * size / count);
            Optional<ImageSource.Loaded> loaded = data.validation().load(i, true);
            if (loaded.isEmpty()) {
                continue;
            }
            Picture image = loaded.get().picture();
            Pngs.write(file(folder, k, View.IMAGE), Composite.of(image));
            IndexPng.write(file(folder, k, View.TRUTH), loaded.get().mask(), data.palette());
            IndexPng.write(file(folder, k, View.STUDENT), student.segment(image).labels(), data.palette());
            IndexPng.write(file(folder, k, View.TEACHER), teacher.segment(image).labels(), data.palette());
        }
    }

    private static Path file(Path folder, int number, View view) {
        return folder.resolve(new SampleFile(number, view).name());
    }
}
