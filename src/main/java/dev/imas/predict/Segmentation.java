package dev.imas.predict;

import dev.imas.image.LabelMap;
import java.util.Optional;

/** What a network sees in one picture, in the picture's own size: height H, width W, C classes. Plain Java memory. */
public final class Segmentation {
    private final LabelMap labels;
    private final float[] confidence;
    private final Optional<float[]> probabilities;

    Segmentation(LabelMap labels, float[] confidence, Optional<float[]> probabilities) {
        this.labels = labels;
        this.confidence = confidence;
        this.probabilities = probabilities;
    }

    /** The most probable class of every pixel; 255 (ignored) does not occur. */
    public LabelMap labels() {
        return labels;
    }

    /**
     * The probability of each pixel's class: [H,W], row-major, so pixel (x,y) stands at {@code y*W + x}; in [1/C,1].
     * The array itself, not a copy.
     */
    public float[] confidence() {
        return confidence;
    }

    /**
     * The probability of every class at every pixel: [C,H,W], row-major, so class c of pixel (x,y) stands at
     * {@code (c*H + y)*W + x}; in [0,1], of sum 1 over the classes. The array itself, not a copy.
     *
     * @throws IllegalStateException if they were not asked for ({@link Segmenter#segmentWithProbabilities})
     */
    public float[] probabilities() {
        return probabilities.orElseThrow(() -> new IllegalStateException(
                "this segmentation holds labels alone; ask for probabilities with segmentWithProbabilities"));
    }
}
