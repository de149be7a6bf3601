package dev.imas.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.image.LabelMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundaryF1Test {
    private static final int CLASSES = 4;

    /** Every pair of pixels, as the definition reads. */
    private static double plain(LabelMap truth, LabelMap prediction, int c, double tolerance) {
        boolean[] actual = boundary(truth, truth, c);
        boolean[] predicted = boundary(prediction, truth, c);
        double precision = near(predicted, actual, truth.width(), tolerance);
        double recall = near(actual, predicted, truth.width(), tolerance);
        if (Double.isNaN(precision) && Double.isNaN(recall)) {
            return Double.NaN;
        }
        return precision > 0 && recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    }

    private static boolean[] boundary(LabelMap map, LabelMap truth, int c) {
        boolean[] edge = new boolean[map.labels().length];
        for (int i = 0; i < edge.length; i++) {
            for (int k = 0; k < edge.length; k++) {
                int distance =
                        Math.abs(i % map.width() - k % map.width()) + Math.abs(i / map.width() - k / map.width());
                boolean counted = truth.labels()[i] != (byte) 255 && truth.labels()[k] != (byte) 255;
                edge[i] |= distance == 1 && counted && map.labels()[i] == c && map.labels()[k] != c;
            }
        }
        return edge;
    }

    /** Share of one set within the tolerance of the other; NaN of none. */
    private static double near(boolean[] set, boolean[] other, int width, double tolerance) {
        int all = 0;
        int near = 0;
        for (int i = 0; i < set.length; i++) {
            boolean found = false;
            for (int k = 0; k < set.length; k++) {
                found |= other[k] && Math.hypot(i % width - k % width, i / width - k / width) <= tolerance;
            }
            all += set[i] ? 1 : 0;
            near += set[i] && found ? 1 : 0;
        }
        return (double) near / all;
    }

    private static LabelMap map(Rng random, int width, int height, boolean ignoring) {
        byte[] labels = new byte[width * height];
        for (int i = 0; i < labels.length; i++) {
            boolean blob = i > width && random.integer(0, 4) > 0;
            int label = ignoring && random.integer(0, 8) == 0 ? 255 : random.integer(0, CLASSES - 1);
            labels[i] = blob ? labels[i - (random.integer(0, 2) == 0 ? 1 : width)] : (byte) label;
        }
        return new LabelMap(width, height, labels);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 1.5, 2, 4.5, 50})
    void isWhatTheDefinitionSays(double tolerance) {
        int[][] sizes = {{1, 1}, {1, 7}, {2, 2}, {13, 9}, {17, 20}};
        for (int[] size : sizes) {
            for (int seed = 0; seed < 5; seed++) {
                Rng random = Rng.of(seed, "outlines", size[0]);
                LabelMap truth = map(random, size[0], size[1], true);
                LabelMap prediction = map(random, size[0], size[1], false);
                double[] found = new BoundaryF1(tolerance).of(truth, prediction, CLASSES);
                for (int c = 0; c < CLASSES; c++) {
                    double expected = plain(truth, prediction, c, tolerance);
                    assertThat(Double.isNaN(found[c])).isEqualTo(Double.isNaN(expected));
                    if (!Double.isNaN(expected)) {
                        assertThat(found[c]).isCloseTo(expected, within(1e-12));
                    }
                }
            }
        }
    }

    @Test
    void aShiftedOutlineIsRightWithinTheTolerance() {
        LabelMap truth = halves(20, 10);
        LabelMap shifted = halves(20, 13);
        assertThat(new BoundaryF1(0).of(truth, truth, 2)).containsExactly(1, 1);
        assertThat(new BoundaryF1(2.9).of(truth, shifted, 2)).containsExactly(0, 0);
        assertThat(new BoundaryF1(3).of(truth, shifted, 2)).containsExactly(1, 1);
    }

    private static LabelMap halves(int side, int split) {
        byte[] labels = new byte[side * side];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) (i % side < split ? 0 : 1);
        }
        return new LabelMap(side, side, labels);
    }

    @Test
    void aToleranceHasALimit() {
        assertThatThrownBy(() -> new BoundaryF1(51)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BoundaryF1(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
