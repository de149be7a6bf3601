package dev.imas.measure;

import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.image.LabelMap;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Pixels by true and by predicted class. Pixels whose truth is {@link LabelMap#IGNORE} are in none of the figures.
 * Shares are in [0,1], and NaN where they would be one of nothing.
 */
public final class ConfusionMatrix {
    private final int classes;
    /** Row-major: truth, then prediction. */
    private final long[] counts;

    /** Pixels of one class taken for another. */
    public record Mistake(int truth, int predicted, long pixels) {}

    /** @param classes number of classes C */
    public ConfusionMatrix(int classes) {
        this.classes = classes;
        this.counts = new long[classes * classes];
    }

    /** @param counts a row a true class, in it a number a predicted one; none negative */
    public static ConfusionMatrix of(long[][] counts) {
        ConfusionMatrix matrix = new ConfusionMatrix(counts.length);
        for (int t = 0; t < counts.length; t++) {
            System.arraycopy(counts[t], 0, matrix.counts, matrix.at(t, 0), counts.length);
        }
        return matrix;
    }

    /** @throws IllegalArgumentException for maps of two sizes, or a label that is neither below C nor ignored */
    public static ConfusionMatrix of(LabelMap truth, LabelMap prediction, int classes) {
        ConfusionMatrix matrix = new ConfusionMatrix(classes);
        if (truth.width() != prediction.width() || truth.height() != prediction.height()) {
            throw new IllegalArgumentException("a truth of " + truth.width() + "x" + truth.height()
                    + " pixels beside a prediction of " + prediction.width() + "x" + prediction.height());
        }
        byte[] predicted = prediction.labels();
        for (int i = 0; i < predicted.length; i++) {
            int label = truth.labels()[i] & 255;
            if (label != LabelMap.IGNORE) {
                matrix.counts[matrix.at(label, predicted[i] & 255)]++;
            }
        }
        return matrix;
    }

    private int at(int truth, int predicted) {
        if (truth >= classes || predicted >= classes) {
            throw new IllegalArgumentException(
                    "label " + Math.max(truth, predicted) + " among " + classes + " classes");
        }
        return truth * classes + predicted;
    }

    /** Adds another's counts, of as many classes. */
    public void add(ConfusionMatrix other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    public int classes() {
        return classes;
    }

    /** Pixels of class {@code truth} that were predicted as class {@code predicted}. */
    public long count(int truth, int predicted) {
        return counts[at(truth, predicted)];
    }

    /** True area of a class. */
    public long truth(int c) {
        return IntStream.range(0, classes).mapToLong(p -> count(c, p)).sum();
    }

    /** Predicted area of a class. */
    public long predicted(int c) {
        return IntStream.range(0, classes).mapToLong(t -> count(t, c)).sum();
    }

    /** Pixels that count. */
    public long total() {
        return IntStream.range(0, counts.length).mapToLong(i -> counts[i]).sum();
    }

    /** Whether a class is in the truth or was predicted. */
    public boolean occurs(int c) {
        return union(c) > 0;
    }

    /** Whether a class is in the truth. */
    public boolean isTrue(int c) {
        return truth(c) > 0;
    }

    private long union(int c) {
        return truth(c) + predicted(c) - count(c, c);
    }

    /** |truth ∩ prediction| / |truth ∪ prediction|; 0 for a class that occurs nowhere. */
    public double iou(int c) {
        return Overlap.iou(count(c, c), union(c));
    }

    /** 2 |truth ∩ prediction| / (|truth| + |prediction|), which is also the F1 of the pixels. */
    public double dice(int c) {
        return Overlap.share(2 * count(c, c), truth(c) + predicted(c));
    }

    /** Of what was predicted as the class, the share that is right. */
    public double precision(int c) {
        return Overlap.share(count(c, c), predicted(c));
    }

    /** Of what is the class, the share that was found. */
    public double recall(int c) {
        return Overlap.share(count(c, c), truth(c));
    }

    /** Share of the pixels that are right. */
    public double accuracy() {
        return Overlap.share(
                IntStream.range(0, classes).mapToLong(c -> count(c, c)).sum(), total());
    }

    /**
     * Mean over the classes; those that no true pixel shows count 0 or are left out, whatever is predicted: else one
     * stray pixel of such a class would cost as much as all of another, and two networks be measured on other classes.
     */
    public double meanIou(AbsentClasses absent) {
        return Overlap.mean(each(this::iou), this::isTrue, absent);
    }

    /** Likewise. */
    public double meanDice(AbsentClasses absent) {
        return Overlap.mean(each(this::dice), this::isTrue, absent);
    }

    /** A figure of every class. */
    public double[] each(IntToDoubleFunction figure) {
        return IntStream.range(0, classes).mapToDouble(figure).toArray();
    }

    /** The mistake of most pixels; empty where all is right. */
    public Optional<Mistake> largestMistake() {
        Mistake largest = new Mistake(0, 0, 0);
        for (int t = 0; t < classes; t++) {
            for (int p = 0; p < classes; p++) {
                if (t != p && count(t, p) > largest.pixels) {
                    largest = new Mistake(t, p, count(t, p));
                }
            }
        }
        return largest.pixels == 0 ? Optional.empty() : Optional.of(largest);
    }
}
