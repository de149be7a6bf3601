package dev.imas.predict;

import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.measure.Overlap;

/**
 * Pixel counts of an evaluated set, per class; pixels whose truth is 255 are left out (method 5).
 *
 * @param intersection predicted and true
 * @param predicted    predicted area
 * @param truth        true area
 */
public record Confusion(long[] intersection, long[] predicted, long[] truth) {
    public int classes() {
        return intersection.length;
    }

    public long union(int c) {
        return predicted[c] + truth[c] - intersection[c];
    }

    /** IoU of every class in [0,1]; 0 for a class that occurs nowhere. */
    public double[] iou() {
        double[] iou = new double[classes()];
        for (int c = 0; c < iou.length; c++) {
            iou[c] = Overlap.iou(intersection[c], union(c));
        }
        return iou;
    }

    /** Mean IoU in [0,1]; classes that no true pixel shows count 0 or are left out. 0 when there is none at all. */
    public double meanIou(AbsentClasses absent) {
        return Overlap.mean(iou(), c -> truth[c] > 0, absent);
    }
}
