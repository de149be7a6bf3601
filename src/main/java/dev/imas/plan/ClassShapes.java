package dev.imas.plan;

import dev.imas.image.LabelMap;

/** How thick the classes are in masks, and whether up and down differ in them. Class 0 is what lies around. */
final class ClassShapes {
    /** A class with less of its pixels than this in all masks together says nothing. */
    private static final long FEW_PIXELS = 16;
    /** Up and down are alike when at most this part of the pixels would have to move. */
    private static final double ALIKE = 0.15;

    private final long[] area;
    private final long[] outline;
    private final long[] upper;

    ClassShapes(int classes) {
        area = new long[classes];
        outline = new long[classes];
        upper = new long[classes];
    }

    void add(LabelMap mask) {
        int width = mask.width();
        int height = mask.height();
        byte[] labels = mask.labels();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                int label = labels[i] & 0xff;
                if (label >= area.length) {
                    continue;
                }
                area[label]++;
                upper[label] += 2 * y + 1 < height ? 2 : 2 * y + 1 == height ? 1 : 0;
                // Each edge between two classes belongs to the outlines of both.
                if (x + 1 < width) {
                    edge(label, labels[i + 1] & 0xff);
                }
                if (y + 1 < height) {
                    edge(label, labels[i + width] & 0xff);
                }
            }
        }
    }

    private void edge(int one, int other) {
        if (one != other && other < area.length) {
            outline[one]++;
            outline[other]++;
        }
    }

    /** Pixels across the thinnest class but class 0: its area over half its outline; NaN: no class is there. */
    double thinnest() {
        double least = Double.NaN;
        for (int c = 1; c < area.length; c++) {
            if (area[c] >= FEW_PIXELS && outline[c] > 0) {
                least = Double.isNaN(least) ? thickness(c) : Math.min(least, thickness(c));
            }
        }
        return least;
    }

    /** Pixels across the thickest class but class 0; NaN: no class is there. */
    double thickest() {
        double most = Double.NaN;
        for (int c = 1; c < area.length; c++) {
            if (area[c] >= FEW_PIXELS && outline[c] > 0) {
                most = Double.isNaN(most) ? thickness(c) : Math.max(most, thickness(c));
            }
        }
        return most;
    }

    private double thickness(int c) {
        return 2.0 * area[c] / outline[c];
    }

    /**
     * Whether the upper and the lower halves of the masks hold the same classes in about the same shares, as under a
     * microscope or from above, and not as in a street.
     */
    boolean anyWayUp() {
        long differing = 0;
        long all = 0;
        for (int c = 0; c < area.length; c++) {
            differing += Math.abs(upper[c] - area[c]); // upper counts twice: half of it is expected
            all += area[c];
        }
        return all > 0 && differing <= ALIKE * all;
    }
}
