package dev.imas.measure;

import dev.imas.image.LabelMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How well a prediction follows the outlines of the truth, class by class (Csurka, Larlus and Perronnin, "What is a
 * good evaluation measure for semantic segmentation?", BMVC 2013). A pixel is on the boundary of its class where one
 * of its four neighbours is of another class. Precision is the share of the prediction's boundary pixels that have one
 * of the truth's, of the same class, within the tolerance; recall the same the other way round; the figure is their
 * harmonic mean.
 *
 * <p>Pixels whose truth is ignored are on no boundary and make none, and neither does the picture's edge.
 */
public final class BoundaryF1 {
    /** Largest tolerance: what is farther off is another outline. */
    public static final double LARGEST = 50;
    /** Tolerance where nobody says another. */
    public static final double USUAL = 2;

    private static final byte NONE = (byte) LabelMap.IGNORE;

    private final int reach;
    /** Steps within the tolerance, nearest first: what is found is mostly near. */
    private final List<int[]> steps;

    /** @param tolerance largest distance in pixels, between the pixels' centres, in [0, {@link #LARGEST}] */
    public BoundaryF1(double tolerance) {
        if (!(tolerance >= 0 && tolerance <= LARGEST)) {
            throw new IllegalArgumentException(
                    "a tolerance of " + tolerance + " pixels; expected 0 to " + (int) LARGEST);
        }
        this.reach = (int) tolerance;
        this.steps = steps(tolerance);
    }

    private List<int[]> steps(double tolerance) {
        List<int[]> within = new ArrayList<>();
        for (int y = -reach; y <= reach; y++) {
            for (int x = -reach; x <= reach; x++) {
                if (x * x + y * y <= tolerance * tolerance) {
                    within.add(new int[] {x, y});
                }
            }
        }
        within.sort(Comparator.comparingInt(step -> step[0] * step[0] + step[1] * step[1]));
        return within;
    }

    /**
     * The figure of every class in [0,1]; NaN for one that has a boundary in neither map, 0 for one that has it in one
     * of them.
     */
    public double[] of(LabelMap truth, LabelMap prediction, int classes) {
        Edges actual = edges(truth, truth);
        Edges predicted = edges(prediction, truth);
        long[] found = new long[classes];
        long[] foundOf = new long[classes];
        long[] right = new long[classes];
        long[] rightOf = new long[classes];
        count(actual, predicted, found, foundOf);
        count(predicted, actual, right, rightOf);
        double[] figures = new double[classes];
        for (int c = 0; c < classes; c++) {
            figures[c] = f1(right[c], rightOf[c], found[c], foundOf[c]);
        }
        return figures;
    }

    private static double f1(long right, long predicted, long found, long actual) {
        if (predicted == 0 && actual == 0) {
            return Double.NaN;
        }
        if (right == 0 || found == 0) {
            return 0;
        }
        double precision = (double) right / predicted;
        double recall = (double) found / actual;
        return 2 * precision * recall / (precision + recall);
    }

    /**
     * The class of every pixel that is on its boundary, else {@link #NONE}, with a margin of the reach all around, so
     * that no step leaves the array.
     */
    private record Edges(byte[] labels, int stride, int height, int width, int margin) {
        int at(int y, int x) {
            return (y + margin) * stride + x + margin;
        }
    }

    private Edges edges(LabelMap map, LabelMap truth) {
        int width = map.width();
        int height = map.height();
        byte[] labels = counted(map, truth);
        int stride = width + 2 * reach;
        Edges edges = new Edges(new byte[stride * (height + 2 * reach)], stride, height, width, reach);
        Arrays.fill(edges.labels, NONE);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                byte own = labels[i];
                boolean edge = own != NONE
                        && (x > 0 && differs(own, labels[i - 1])
                                || x + 1 < width && differs(own, labels[i + 1])
                                || y > 0 && differs(own, labels[i - width])
                                || y + 1 < height && differs(own, labels[i + width]));
                if (edge) {
                    edges.labels[edges.at(y, x)] = own;
                }
            }
        }
        return edges;
    }

    private static boolean differs(byte own, byte neighbour) {
        return neighbour != own && neighbour != NONE;
    }

    private static byte[] counted(LabelMap map, LabelMap truth) {
        byte[] labels = map.labels().clone();
        for (int i = 0; i < labels.length; i++) {
            if (truth.labels()[i] == NONE) {
                labels[i] = NONE;
            }
        }
        return labels;
    }

    /** Adds, by class, the boundary pixels of one map and those that have one of the other within the tolerance. */
    private void count(Edges edges, Edges others, long[] near, long[] all) {
        int[] offsets = steps.stream()
                .mapToInt(step -> step[1] * edges.stride + step[0])
                .toArray();
        for (int y = 0; y < edges.height; y++) {
            for (int i = edges.at(y, 0); i < edges.at(y, 0) + edges.width; i++) {
                byte label = edges.labels[i];
                if (label != NONE) {
                    all[label & 255]++;
                    near[label & 255] += isNear(others.labels, i, label, offsets) ? 1 : 0;
                }
            }
        }
    }

    private static boolean isNear(byte[] labels, int i, byte label, int[] offsets) {
        for (int offset : offsets) {
            if (labels[i + offset] == label) {
                return true;
            }
        }
        return false;
    }
}
