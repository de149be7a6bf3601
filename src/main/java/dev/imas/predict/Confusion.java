package dev.imas.predict;

import dev.imas.config.ImasConfig.AbsentClasses;

/**
 * Pixel counts of an evaluated set, per class; pixels whose truth is 255 are left out (method 5).
 *
 * @param intersection predicted and true
 * @param predicted    predicted area
 * @param truth        true area
 */
public record Confusion(long[] intersection, long[] predicted, long[] truth) {
    /** Keeps 0/0 at 0, as the published evaluation does. */
    private static final double EPSILON = 1e-10;

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
            iou[c] = intersection[c] / (union(c) + EPSILON);
        }
        return iou;
    }

    /** Mean IoU in [0,1]; classes that occur nowhere count 0 or are left out. 0 when nothing occurs at all. */
    public double meanIou(AbsentClasses absent) {
        double[] iou = iou();
        double sum = 0;
        int counted = 0;
        for (int c = 0; c < iou.length; c++) {
            if (union(c) > 0 || absent == AbsentClasses.ZERO) {
                sum += iou[c];
                counted++;
            }
        }
        return counted == 0 ? 0 : sum / counted;
    }
}
