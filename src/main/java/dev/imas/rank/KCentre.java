package dev.imas.rank;

import java.util.Arrays;
import java.util.List;

/**
 * Greedy k-centre (farthest-first traversal): of some points so many that every other one lies near one of them, at
 * most twice as far as in the best choice.
 */
final class KCentre {
    private KCentre() {}

    /**
     * Chooses points, one after the other the one that lies farthest from those before it; the first of the list at
     * first, and of equally far ones the earlier.
     *
     * @param points of one length; compared by their directions, so that none counts more for being long
     * @param count  at most as many as there are
     * @return their places in the list, in the order of the choice
     */
    static int[] of(List<float[]> points, int count) {
        double[][] directions = points.stream().map(KCentre::direction).toArray(double[][]::new);
        double[] nearest = new double[directions.length]; // to a chosen one, squared; -1 of a chosen one
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        int[] chosen = new int[count];
        for (int k = 0; k < count; k++) {
            int next = farthest(nearest);
            chosen[k] = next;
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] = Math.min(nearest[i], squaredDistance(directions[i], directions[next]));
            }
            nearest[next] = -1;
        }
        return chosen;
    }

    private static int farthest(double[] nearest) {
        int best = 0;
        for (int i = 1; i < nearest.length; i++) {
            if (nearest[i] > nearest[best]) {
                best = i;
            }
        }
        return best;
    }

    static double squaredDistance(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (one[i] - other[i]) * (one[i] - other[i]);
        }
        return sum;
    }

    static double[] direction(float[] point) {
        double length = 0;
        for (float value : point) {
            length += (double) value * value;
        }
        double[] direction = new double[point.length];
        for (int i = 0; i < point.length; i++) {
            direction[i] = length == 0 ? 0 : point[i] / Math.sqrt(length);
        }
        return direction;
    }
}
