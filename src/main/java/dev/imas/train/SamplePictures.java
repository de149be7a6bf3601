package dev.imas.train;

import dev.imas.data.Dataset;
import dev.imas.image.IndexPng;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Validation pictures with what student and teacher see in them, for the report. */
final class SamplePictures {
    private static final int MOST = 12;

    private SamplePictures() {
    }

    /** Writes image, truth, student and teacher of some pictures, spread evenly over the validation images. */
    static void write(Path folder, Dataset data, Segmenter student, Segmenter teacher) throws IOException {
        Files.createDirectories(folder);
        int size = data.validation().size();
        int count = Math.min(MOST, size);
        for (int k = 0; k < count; k++) {
            int i = (int) ((long) k * size / count);
            RgbImage image = data.validation().image(i);
            String number = String.format(Locale.ROOT, "%03d", k);
            Pngs.write(folder.resolve(number + "-image.png"), image);
            IndexPng.write(folder.resolve(number + "-truth.png"), data.validation().mask(i), data.palette());
            IndexPng.write(folder.resolve(number + "-student.png"), student.segment(image).labels(), data.palette());
            IndexPng.write(folder.resolve(number + "-teacher.png"), teacher.segment(image).labels(), data.palette());
        }
    }
}
