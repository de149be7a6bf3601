package dev.imas.predict;

import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import java.util.Optional;

/** Puts the answers about a picture's rows together, from top to bottom. */
final class Gathered implements TiledInference.Rows {
    private final ImageSize size;
    private final int classes;
    private final byte[] labels;
    private final float[] confidence;
    private final Optional<float[]> probabilities;
    private int filled; // pixels

    /** @param detailed whether every class's probability is kept, which one array must hold */
    Gathered(ImageSize size, int classes, boolean detailed) {
        int pixels = Math.multiplyExact(size.width(), size.height());
        this.size = size;
        this.classes = classes;
        labels = new byte[pixels];
        confidence = new float[pixels];
        probabilities = detailed ? Optional.of(new float[Math.multiplyExact(classes, pixels)]) : Optional.empty();
    }

    @Override
    public void take(int count, Inference.Answer answer) {
        int pixels = count * size.width();
        System.arraycopy(answer.labels(), 0, labels, filled, pixels);
        System.arraycopy(answer.confidence().get(), 0, confidence, filled, pixels);
        probabilities.ifPresent(all -> {
            float[] some = answer.probabilities().get();
            for (int c = 0; c < classes; c++) {
                System.arraycopy(some, c * pixels, all, c * labels.length + filled, pixels);
            }
        });
        filled += pixels;
    }

    Segmentation segmentation() {
        return new Segmentation(new LabelMap(size.width(), size.height(), labels), confidence, probabilities);
    }
}
