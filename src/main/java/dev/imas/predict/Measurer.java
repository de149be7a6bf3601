package dev.imas.predict;

import dev.imas.data.ImageSource;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.measure.Measurement;
import dev.imas.measure.PictureScore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures a segmenter picture by picture, as {@link Evaluator} measures networks in training, and each picture can be
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
        ReadAhead.each(source.size(), i -> source.load(i, true), (i, loaded) -> {
            LabelMap prediction = segmenter
                    .segmentUncut(loaded.picture(), inTiles::incrementAndGet)
                    .labels();
            PictureScore score = measurement.add(source.id(i), loaded.mask(), prediction);
            listener.measured(score, loaded.picture(), loaded.mask(), prediction, i + 1);
        });
        return new Measured(measurement, inTiles.get());
    }
}
