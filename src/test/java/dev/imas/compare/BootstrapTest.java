package dev.imas.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.compare.Bootstrap.Interval;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.image.LabelMap;
import dev.imas.measure.Measurement;
import dev.imas.run.ValidationCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static final Offset<Double> EXACT = within(1e-9);

    /** Pictures of 100 true pixels of class 1, of which so many are found and nothing else is. */
    private static ValidationCounts found(int... pixels) {
        long[][] truth = new long[pixels.length][];
        long[][] predicted = new long[pixels.length][];
        long[][] both = new long[pixels.length][];
        for (int i = 0; i < pixels.length; i++) {
            truth[i] = new long[] {0, 100};
            predicted[i] = new long[] {100 - pixels[i], pixels[i]};
            both[i] = new long[] {0, pixels[i]};
        }
        List<String> names =
                IntStream.range(0, pixels.length).mapToObj(i -> "p" + i).toList();
        return new ValidationCounts(names, truth, predicted, both);
    }

    /** Random maps, as a measurement counts them and as counts by picture. */
    @Test
    void mIouIsThatOfAnEvaluation() {
        Measurement measurement = new Measurement(4, AbsentClasses.ZERO, 0);
        List<long[][]> counts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Rng rng = Rng.of(1, "maps", i);
            byte[] truth = new byte[60];
            byte[] prediction = new byte[60];
            long[][] of = new long[3][4];
            for (int p = 0; p < truth.length; p++) {
                truth[p] = (byte) (p < 3 ? LabelMap.IGNORE : rng.integer(0, 3)); // class 3 occurs nowhere
                prediction[p] = (byte) rng.integer(0, 3);
                if (p >= 3) {
                    of[0][truth[p]]++;
                    of[1][prediction[p]]++;
                    of[2][truth[p]] += truth[p] == prediction[p] ? 1 : 0;
                }
            }
            measurement.add("p" + i, new LabelMap(60, 1, truth), new LabelMap(60, 1, prediction));
            counts.add(of);
        }
        ValidationCounts pictures = new ValidationCounts(
                List.of("p0", "p1", "p2", "p3", "p4"),
                counts.stream().map(c -> c[0]).toArray(long[][]::new),
                counts.stream().map(c -> c[1]).toArray(long[][]::new),
                counts.stream().map(c -> c[2]).toArray(long[][]::new));
        assertThat(Bootstrap.miou(pictures, AbsentClasses.ZERO)).isCloseTo(measurement.miou(), EXACT);
        assertThat(Bootstrap.miou(pictures, AbsentClasses.SKIP)).isCloseTo(measurement.miou() * 4 / 3, EXACT);
    }

    /**
     * Two pictures and one seed: the draws are the first twice, both, the second twice, of probability 1/4, 1/2, 1/4.
     * IoU of class 1 is found pixels of all, and class 0, which is wrong always, halves the mean. The method gains 20
     * pixels of a hundred in the first picture and none in the second: differences are 0.1, 0.05, 0, and Student's
     * factor of two is 12.7.
     */
    @Test
    void anIntervalOverTwoPicturesIsWhatEnumerationSays() {
        Interval interval =
                Bootstrap.difference(List.of(found(70, 40)), List.of(found(50, 40)), AbsentClasses.ZERO, 2000, 1);
        assertThat(interval.estimate()).isCloseTo(0.05, EXACT);
        assertThat(interval.half()).isCloseTo(0.05 * Math.sqrt(2) * 12.7062 / 1.95996, EXACT);
        assertThat(interval.excludesZero()).isFalse();
    }

    /** Stray pixels of a class that no mask shows cost what they cost the classes that are there, and no more. */
    @Test
    void aClassThatNoMaskShowsDecidesNothing() {
        long[][] truth = {{90, 10, 0}, {90, 10, 0}, {90, 10, 0}};
        long[][] right = {{90, 10, 0}, {90, 10, 0}, {90, 10, 0}};
        long[][] stray = {{89, 10, 1}, {90, 10, 0}, {89, 10, 1}};
        long[][] strayBoth = {{89, 10, 0}, {90, 10, 0}, {89, 10, 0}};
        List<String> names = List.of("p0", "p1", "p2");
        Interval interval = Bootstrap.difference(
                List.of(new ValidationCounts(names, truth, stray, strayBoth)),
                List.of(new ValidationCounts(names, truth, right, right)),
                AbsentClasses.SKIP,
                500,
                1);
        assertThat(interval.estimate()).isCloseTo(-(2 / 270.0) / 2, EXACT);
        assertThat(interval.half()).isLessThan(0.02);
    }

    @Test
    void onePictureProvesNothing() {
        Interval interval = Bootstrap.difference(
                List.of(found(70), found(60)), List.of(found(50), found(40)), AbsentClasses.ZERO, 200, 1);
        assertThat(interval.estimate()).isCloseTo(0.1, EXACT);
        assertThat(interval.half()).isNaN();
        assertThat(interval.excludesZero()).isFalse();
    }

    /** Where pictures add nothing, Student's interval of the two differences. */
    @Test
    void twoSeedsAreAsUncertainAsStudentSays() {
        Interval interval = Bootstrap.difference(
                List.of(found(70, 70), found(60, 60)),
                List.of(found(50, 50), found(50, 50)),
                AbsentClasses.ZERO,
                500,
                1);
        assertThat(interval.half())
                .isCloseTo(Bootstrap.ofSeeds(new double[] {0.1, 0.05}).half(), EXACT);
    }

    /** And where they add some, hardly more than both together. */
    @Test
    void picturesOfTwoSeedsAreNotStretchedBySeeds() {
        List<ValidationCounts> a = List.of(found(70, 40, 60, 20, 90, 50), found(65, 50, 40, 30, 80, 60));
        List<ValidationCounts> b = List.of(found(60, 45, 50, 25, 70, 45), found(60, 40, 45, 20, 75, 50));
        Interval both = Bootstrap.difference(a, b, AbsentClasses.ZERO, 500, 1);
        double[] each = IntStream.range(0, 2)
                .mapToDouble(s ->
                        Bootstrap.miou(a.get(s), AbsentClasses.ZERO) - Bootstrap.miou(b.get(s), AbsentClasses.ZERO))
                .toArray();
        double pictures = Bootstrap.difference(a.subList(0, 1), b.subList(0, 1), AbsentClasses.ZERO, 500, 1)
                .half();
        double seeds = Bootstrap.ofSeeds(each).half();
        assertThat(both.half()).isBetween(seeds, seeds + 1.2 * pictures);
    }

    /** Pictures that differ by chance alone: a difference is claimed about as seldom as the level says. */
    @Test
    void fewPicturesClaimLittle() {
        for (int pictures : new int[] {2, 4, 8, 20}) {
            int claimed = 0;
            int trials = 400;
            for (int t = 0; t < trials; t++) {
                Rng rng = Rng.of(t, "claims", pictures);
                int[] a = IntStream.range(0, pictures)
                        .map(i -> rng.integer(30, 70))
                        .toArray();
                int[] b = IntStream.range(0, pictures)
                        .map(i -> rng.integer(30, 70))
                        .toArray();
                boolean seen = Bootstrap.difference(List.of(found(a)), List.of(found(b)), AbsentClasses.ZERO, 200, t)
                        .excludesZero();
                claimed += seen ? 1 : 0;
            }
            assertThat(claimed / (double) trials).as(pictures + " pictures").isLessThan(0.09);
        }
    }

    @Test
    void whatEveryPictureAndSeedSaysIsCertain() {
        Interval interval = Bootstrap.difference(
                List.of(found(70, 60, 80), found(50, 40, 60)),
                List.of(found(60, 50, 70), found(40, 30, 50)),
                AbsentClasses.ZERO,
                500,
                1);
        assertThat(interval.estimate()).isCloseTo(0.05, EXACT);
        assertThat(interval.half()).isCloseTo(0, EXACT);
        assertThat(interval.excludesZero()).isTrue();
    }

    /** The same draws, taken picture by picture, with the mean written out. */
    @Test
    void aDrawIsTheMIouOfThePicturesDrawn() {
        int[][] a = {{70, 20, 90, 55}, {60, 30, 95, 40}, {75, 25, 80, 50}};
        int[][] b = {{60, 25, 70, 55}, {65, 20, 75, 30}, {70, 15, 85, 45}};
        int draws = 400;
        double expected = 0;
        for (int s = 0; s < 3; s++) {
            expected += (iou(a[s], 0, 1, 2, 3) - iou(b[s], 0, 1, 2, 3)) / 3;
        }
        double[] off = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            Rng rng = Rng.of(9, "bootstrap", draw);
            int[] drawn = IntStream.range(0, 4).map(i -> rng.integer(0, 4)).toArray();
            double[] each = IntStream.range(0, 3)
                    .mapToDouble(s -> iou(a[s], drawn) - iou(b[s], drawn))
                    .toArray();
            double all = (each[0] + each[1] + each[2]) / 3;
            double seeds = (each[rng.integer(0, 3)] + each[rng.integer(0, 3)]) / 2;
            double pictures = Math.sqrt(4 / 3.0) * 3.1824 / 1.95996 * (all - expected);
            off[draw] = Math.abs(pictures + 4.3027 / 1.95996 * (seeds - all));
        }
        Arrays.sort(off);
        Interval interval = Bootstrap.difference(counts(a), counts(b), AbsentClasses.ZERO, draws, 9);
        assertThat(interval.estimate()).isCloseTo(expected, EXACT);
        assertThat(interval.half()).isCloseTo(off[379], EXACT);
    }

    private static List<ValidationCounts> counts(int[][] seeds) {
        return Arrays.stream(seeds).map(BootstrapTest::found).toList();
    }

    private static double iou(int[] pixels, int... drawn) {
        double sum = IntStream.of(drawn).map(i -> pixels[i]).sum();
        return sum / (100.0 * drawn.length) / 2;
    }

    /** Two equal methods whose seeds differ by chance alone: a difference is seen in few of many comparisons. */
    @Test
    void chanceIsSeldomTakenForADifference() {
        int claimed = 0;
        int comparisons = 200;
        for (int k = 0; k < comparisons; k++) {
            Rng rng = Rng.of(5, "null", k);
            List<List<ValidationCounts>> methods = new ArrayList<>();
            for (int m = 0; m < 2; m++) {
                List<ValidationCounts> seeds = new ArrayList<>();
                for (int s = 0; s < 3; s++) {
                    double luck = 5 * rng.gaussian();
                    seeds.add(found(IntStream.range(0, 12)
                            .map(i -> (int) Math.round(Math.max(0, Math.min(100, 50 + luck + 4 * rng.gaussian()))))
                            .toArray()));
                }
                methods.add(seeds);
            }
            Interval interval = Bootstrap.difference(methods.get(0), methods.get(1), AbsentClasses.ZERO, 200, 1);
            claimed += interval.excludesZero() ? 1 : 0;
        }
        assertThat(claimed).isBetween(1, 18); // 10 are expected of a 95 % interval
    }

    @Test
    void withoutPicturesSeedsSpeakByStudentsDistribution() {
        Interval two = Bootstrap.ofSeeds(new double[] {0.01, 0.03});
        assertThat(two.estimate()).isCloseTo(0.02, EXACT);
        assertThat(two.half()).isCloseTo(0.127062, within(1e-6));
        assertThat(Bootstrap.ofSeeds(new double[] {0.02, 0.02, 0.02}).excludesZero())
                .isTrue();
        Interval one = Bootstrap.ofSeeds(new double[] {0.2});
        assertThat(one.half()).isNaN();
        assertThat(one.excludesZero()).isFalse();
        assertThat(Bootstrap.deviation(new double[] {1, 3})).isCloseTo(Math.sqrt(2), EXACT);
    }

    @Test
    void wordsClaimWhatTheIntervalAllows() {
        assertThat(Verdict.unlabelled(new Interval(0.041, 0.008)))
                .isEqualTo("unlabelled pictures gain 4.1 ± 0.8 points");
        assertThat(Verdict.unlabelled(new Interval(-0.02, 0.008)))
                .isEqualTo("unlabelled pictures lose 2.0 ± 0.8 points");
        assertThat(Verdict.hardness(new Interval(0.002, 0.006)))
                .isEqualTo("hardness changes the result by +0.2 ± 0.6 points: no difference seen");
        assertThat(Verdict.hardness(new Interval(0.0003, 0.0001))).endsWith("by 0.0 ± 0.0 points: no difference seen");
        assertThat(Verdict.hardness(new Interval(0.03, Double.NaN)))
                .endsWith("of one seed or picture, which proves nothing");
        assertThat(Verdict.gap("iMAS", 0.7, 0.762, 0.8))
                .isEqualTo("iMAS closes 62 % of the gap to all labels (70.0 to 80.0 %)");
        assertThat(Verdict.gap("iMAS", 0.8, 0.81, 0.79)).contains("there is no gap to close");
        assertThat(Verdict.noCeiling("iMAS", 0.418, 0.411))
                .isEqualTo("all labels reach 41.1 %, less than iMAS (41.8 %): they are no ceiling here");
    }
}
