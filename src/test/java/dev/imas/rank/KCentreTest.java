package dev.imas.rank;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.Rng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A spread choice against every other one. */
class KCentreTest {
    private static final int POINTS = 9;
    private static final int CHOSEN = 3;

    private static List<float[]> points(int seed) {
        Rng random = Rng.of(seed, "points");
        List<float[]> points = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
            points.add(new float[] {
                (float) random.uniform(-1, 1), (float) random.uniform(-1, 1), (float) random.uniform(0.1, 5)
            });
        }
        return points;
    }

    @Test
    void everyStepTakesTheFarthestAndTheWholeIsAtMostTwiceTheBestPossible() {
        for (int seed = 1; seed <= 20; seed++) {
            List<float[]> points = points(seed);
            int[] chosen = KCentre.of(points, CHOSEN);
            assertThat(chosen[0]).as("the hardest is always chosen").isZero();
            for (int k = 1; k < CHOSEN; k++) {
                int[] before = Arrays.copyOf(chosen, k);
                double farthest = IntStream.range(0, POINTS)
                        .mapToDouble(i -> toNearest(points, i, before))
                        .max()
                        .orElseThrow();
                assertThat(toNearest(points, chosen[k], before)).isEqualTo(farthest);
            }
            assertThat(radius(points, chosen)).isLessThanOrEqualTo(2 * bestRadius(points) + 1e-12);
        }
    }

    @Test
    void equalPointsAreTakenInTheirOrderAndNoneTwice() {
        List<float[]> same = List.of(new float[] {1, 1}, new float[] {2, 2}, new float[] {4, 4}, new float[] {0, 0});
        assertThat(KCentre.of(same, 4)).containsExactly(0, 3, 1, 2);
    }

    private static double toNearest(List<float[]> points, int i, int[] centres) {
        return Arrays.stream(centres)
                .mapToDouble(c -> distance(points.get(i), points.get(c)))
                .min()
                .orElseThrow();
    }

    private static double radius(List<float[]> points, int[] centres) {
        return IntStream.range(0, POINTS)
                .mapToDouble(i -> toNearest(points, i, centres))
                .max()
                .orElseThrow();
    }

    private static double bestRadius(List<float[]> points) {
        double best = Double.POSITIVE_INFINITY;
        for (int a = 0; a < POINTS; a++) {
            for (int b = a + 1; b < POINTS; b++) {
                for (int c = b + 1; c < POINTS; c++) {
                    best = Math.min(best, radius(points, new int[] {a, b, c}));
                }
            }
        }
        return best;
    }

    private static double distance(float[] one, float[] other) {
        return Math.sqrt(KCentre.squaredDistance(KCentre.direction(one), KCentre.direction(other)));
    }
}
