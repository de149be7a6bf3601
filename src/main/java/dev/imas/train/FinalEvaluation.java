package dev.imas.train;

import dev.imas.data.Dataset;
import dev.imas.data.ImageSource.Loaded;
import dev.imas.image.Composite;
import dev.imas.image.IndexPng;
import dev.imas.image.Pngs;
import dev.imas.measure.BoundaryF1;
import dev.imas.measure.Measurement;
import dev.imas.predict.Measurer;
import dev.imas.predict.Segmenter;
import dev.imas.report.KeptEvaluation;
import dev.imas.run.RunDirectory;
import dev.imas.run.SampleFile;
import dev.imas.run.SampleFile.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network that a run leaves as its result on all validation images, as {@code imas evaluate} measures it: what it
 * takes for what, every image's figures, and the images that it sees worst.
 */
final class FinalEvaluation {
    private FinalEvaluation() {}

    /** @param view which of the two networks it is */
    static void write(RunDirectory directory, Dataset data, Segmenter network, View view) throws IOException {
        List<Integer> indices = new ArrayList<>();
        Measurement measurement = Measurer.measure(
                        network,
                        data.validation(),
                        BoundaryF1.USUAL,
                        (score, picture, truth, prediction, done) -> indices.add(done - 1))
                .measurement();
        KeptEvaluation.write(directory, data.classNames(), measurement);
        clear(directory.worst());
        for (int row : KeptEvaluation.worst(measurement.pictures())) {
            Optional<Loaded> loaded = data.validation().load(indices.get(row), true);
            if (loaded.isPresent()) {
                write(directory.worst(), row, loaded.get(), network, view, data.palette());
            }
        }
    }

    /** The picture is predicted once more: to keep all until the worst are known would take their memory. */
    private static void write(
            Path folder, int row, Loaded loaded, Segmenter network, View view, List<Integer> palette) {
        Pngs.write(file(folder, row, View.IMAGE), Composite.of(loaded.picture()));
        IndexPng.write(file(folder, row, View.TRUTH), loaded.mask(), palette);
        IndexPng.write(
                file(folder, row, view), network.segment(loaded.picture()).labels(), palette);
    }

    private static Path file(Path folder, int row, View view) {
        return folder.resolve(new SampleFile(row, view).name());
    }

    /** Those of an earlier end of the run. */
    static void clear(Path folder) throws IOException {
        for (Map<View, Path> sample : SampleFile.in(folder).values()) {
            for (Path file : sample.values()) {
                Files.delete(file);
            }
        }
    }
}
