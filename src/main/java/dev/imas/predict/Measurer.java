package dev.imas.predict;

import dev.imas.common.Interrupts;
import dev.imas.data.ImageSource;
import dev.imas.data.ImageSource.Loaded;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.measure.Measurement;
import dev.imas.measure.PictureScore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures a segmenter picture by picture: its counts are those of {@link Segmenter#evaluate}, and each picture can be
 * looked at on the way. Pictures are seen as the settings say, as they are while training; only one that memory does
 * not suffice for is seen in tiles. Holds one picture at a time, and the next, which is decoded beside it.
 */
public final class Measurer {
    /** Told of every picture that was measured. */
    public interface Listener {
        /** @param done pictures of the collection that are dealt with, this one too */
        void measured(PictureScore score, Picture picture, LabelMap truth, LabelMap prediction, int done);
    }

    /** @param inTiles pictures that had to be seen in tiles */
    public record Measured(Measurement measurement, int inTiles) {}

    private Measurer() {}

    /**
     * Measures on pictures with masks of the segmenter's classes; what the source goes on without is left out.
     *
     * @param tolerance of {@link dev.imas.measure.BoundaryF1}, in pixels
     */
    public static Measured measure(Segmenter segmenter, ImageSource source, double tolerance, Listener listener) {
        Measurement measurement = new Measurement(
                segmenter.classes(), segmenter.settings().evaluation().absentClasses(), tolerance);
        AtomicInteger inTiles = new AtomicInteger();
        CompletableFuture<Optional<Loaded>> next = load(source, 0);
        for (int i = 0; i < source.size(); i++) {
            Interrupts.check();
            Optional<Loaded> loaded = await(next);
            next = load(source, i + 1);
            if (loaded.isPresent()) {
                Picture picture = loaded.get().picture();
                LabelMap truth = loaded.get().mask();
                LabelMap prediction = segmenter
                        .segmentUncut(picture, inTiles::incrementAndGet)
                        .labels();
                PictureScore score = measurement.add(source.id(i), truth, prediction);
                listener.measured(score, picture, truth, prediction, i + 1);
            }
        }
        return new Measured(measurement, inTiles.get());
    }

    private static CompletableFuture<Optional<Loaded>> load(ImageSource source, int i) {
        return i >= source.size()
                ? CompletableFuture.completedFuture(Optional.empty())
                : CompletableFuture.supplyAsync(() -> source.load(i, true));
    }

    private static Optional<Loaded> await(CompletableFuture<Optional<Loaded>> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) { // such as a full heap, of which the program tells
                throw error;
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
