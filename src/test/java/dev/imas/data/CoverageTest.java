package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.data.Coverage.Step;
import dev.imas.image.Appearance;
import dev.imas.image.FloatImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every step against the best one, found by trying all. */
class CoverageTest {
    private static Appearance of(double... channels) {
        float[] values = new float[channels.length];
        for (int c = 0; c < values.length; c++) {
            values[c] = (float) channels[c];
        }
        return Appearance.of(new FloatImage(1, 1, values.length, values));
    }

    private static List<Appearance> random(int count, int seed) {
        Rng random = Rng.of(seed, "looks");
        return IntStream.range(0, count)
                .mapToObj(i -> of(random.uniform(0, 1), random.uniform(0, 1), random.uniform(0, 1)))
                .toList();
    }

    private static double sum(List<Appearance> pictures, List<Appearance> taken) {
        return pictures.stream()
                .mapToDouble(picture ->
                        taken.stream().mapToDouble(picture::distance).min().orElseThrow())
                .sum();
    }

    @Test
    void everyStepIsTheBestThereIsAndGainsOnlyFall() {
        for (int seed = 1; seed <= 20; seed++) {
            List<Appearance> pictures = random(30, seed);
            List<Appearance> taken = new ArrayList<>(random(seed % 3, 100 + seed));
            Coverage coverage = new Coverage(pictures, taken);
            double whole = taken.isEmpty() ? Double.NaN : sum(pictures, taken);
            double before = 1;
            Set<Integer> chosen = new HashSet<>();
            for (int k = 0; k < 30; k++) {
                double left = taken.isEmpty() ? Double.NaN : sum(pictures, taken);
                double best = pictures.stream()
                        .mapToDouble(picture -> sum(pictures, with(taken, picture)))
                        .min()
                        .orElseThrow();
                Step step = coverage.next();
                assertThat(chosen.add(step.picture())).as("none twice").isTrue();
                taken.add(pictures.get(step.picture()));
                assertThat(sum(pictures, taken)).isCloseTo(best, within(1e-9));
                if (Double.isNaN(whole)) {
                    whole = sum(pictures, taken);
                    assertThat(step.gain()).isEqualTo(1);
                } else {
                    assertThat(step.gain()).isCloseTo((left - best) / whole, within(1e-9));
                    assertThat(step.gain()).isLessThanOrEqualTo(before + 1e-12);
                    before = step.gain();
                }
            }
            assertThat(sum(pictures, taken)).as("all are taken").isCloseTo(0, within(1e-9));
        }
    }

    private static List<Appearance> with(List<Appearance> taken, Appearance picture) {
        List<Appearance> more = new ArrayList<>(taken);
        more.add(picture);
        return more;
    }

    @Test
    void aKindThatIsTakenIsNotTakenAgainBeforeTheOthers() {
        List<Appearance> pictures = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            pictures.add(of(i < 30 ? 0.1 : i < 37 ? 0.5 : 0.9, 0.001 * i));
        }
        Coverage all = new Coverage(pictures, List.of());
        assertThat(IntStream.range(0, 3).mapToObj(k -> all.next().picture()))
                .satisfiesExactly(
                        i -> assertThat(i).isBetween(0, 29), i -> assertThat(i).isBetween(30, 36), i -> assertThat(i)
                                .isBetween(37, 39));
        Coverage rest = new Coverage(pictures, List.of(of(0.1, 0), of(0.9, 0)));
        assertThat(rest.next().picture()).isBetween(30, 36);
    }

    @Test
    void ofManyPicturesAnyMayBeTaken() {
        List<Appearance> pictures = new ArrayList<>(random(5001, 1));
        pictures.replaceAll(picture -> of(0.2, 0.2, 0.2));
        for (int i = 4000; i < 4100; i++) {
            pictures.set(i, of(0.8, 0.8, 0.0001 * i));
        }
        Coverage coverage = new Coverage(pictures, List.of(of(0.2, 0.2, 0.2)));
        Step step = coverage.next();
        assertThat(step.picture()).isBetween(4000, 4099);
        assertThat(step.gain()).isGreaterThan(0.9);
    }

    /** Such as two recordings of every place, one after the other. */
    @Test
    void ofManyPicturesTheOrderHidesNone() {
        List<Appearance> pictures = new ArrayList<>();
        for (int i = 0; i < 4004; i++) {
            pictures.add(i % 2 == 0 ? of(0.1) : of(0.9));
        }
        Coverage coverage = new Coverage(pictures, List.of());
        assertThat(Set.of(coverage.next().picture() % 2, coverage.next().picture() % 2))
                .containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void picturesThatAllLookAlikeAreTakenAllTheSame() {
        Coverage coverage = new Coverage(List.of(of(0.5), of(0.5), of(0.5)), List.of());
        List<Step> steps = List.of(coverage.next(), coverage.next(), coverage.next());
        assertThat(steps.stream().map(Step::picture)).containsExactlyInAnyOrder(0, 1, 2);
        assertThat(steps.get(1).gain()).isZero();
        assertThat(steps.get(2).gain()).isZero();
    }
}
