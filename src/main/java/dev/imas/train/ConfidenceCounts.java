package dev.imas.train;

import dev.imas.distributed.Ranks;
import dev.imas.image.LabelMap;
import java.util.Arrays;

/**
 * How sure a network is of the labels that it gives, by class: pixels by their confidence in steps of a thousandth, so
 * that thresholds may be chosen when all pictures have been seen. Takes 16 kB a class.
 */
final class ConfidenceCounts {
    private static final int STEPS = 1000;

    private final int classes;
    /** Class, then wrong or right, then confidence. */
    private final long[] pixels;

    private final double[] sums;
    private final long[] truth;

    ConfidenceCounts(int classes) {
        this.classes = classes;
        this.pixels = new long[classes * 2 * (STEPS + 1)];
        this.sums = new double[classes];
        this.truth = new long[classes];
    }

    /** Adds a picture's pixels whose truth is known. */
    void add(byte[] labels, float[] confidence, byte[] truths) {
        for (int i = 0; i < labels.length; i++) {
            int known = truths[i] & 255;
            if (known != LabelMap.IGNORE) {
                truth[known]++;
                add(labels[i] & 255, confidence[i], labels[i] == truths[i]);
            }
        }
    }

    /** Adds a picture without a truth. */
    void add(byte[] labels, float[] confidence) {
        for (int i = 0; i < labels.length; i++) {
            add(labels[i] & 255, confidence[i], false);
        }
    }

    private void add(int label, float confidence, boolean right) {
        if (Float.isNaN(confidence)) {
            return; // teaches nothing
        }
        // In float as it is compared in training: 0.95 is a step, not just below one.
        int step = Math.min(STEPS, Math.max(0, (int) (confidence * STEPS)));
        pixels[at(label, right) + step]++;
        sums[label] += confidence;
    }

    /** Adds what the other processes have counted. */
    void add(Ranks ranks) {
        System.arraycopy(ranks.sum(pixels), 0, pixels, 0, pixels.length);
        System.arraycopy(ranks.sum(truth), 0, truth, 0, truth.length);
        long[] bits = Arrays.stream(sums).mapToLong(Double::doubleToLongBits).toArray();
        long[] all = ranks.gathered(bits);
        for (int c = 0; c < classes; c++) {
            sums[c] = 0;
            for (int i = c; i < all.length; i += classes) {
                sums[c] += Double.longBitsToDouble(all[i]);
            }
        }
    }

    private int at(int label, boolean right) {
        return (2 * label + (right ? 1 : 0)) * (STEPS + 1);
    }

    /** Pixels that are given the label. */
    long labelled(int label) {
        return confident(label, 0);
    }

    /** Those of a confidence that reaches the threshold. */
    long confident(int label, double threshold) {
        return from(at(label, false), threshold) + right(label, threshold);
    }

    /** Those of them whose truth is the label. */
    long right(int label, double threshold) {
        return from(at(label, true), threshold);
    }

    private long from(int first, double threshold) {
        long sum = 0;
        for (int step = (int) Math.round(threshold * STEPS); step <= STEPS; step++) {
            sum += pixels[first + step];
        }
        return sum;
    }

    /** Pixels that are of the class. */
    long truth(int c) {
        return truth[c];
    }

    /** Mean confidence of the pixels that are given the label; NaN without any. */
    double mean(int label) {
        return sums[label] / labelled(label);
    }

    int classes() {
        return classes;
    }
}
