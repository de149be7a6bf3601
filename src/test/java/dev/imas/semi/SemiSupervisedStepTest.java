package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every switch changes what it says, and nothing else. */
class SemiSupervisedStepTest {
    private static final Offset<Double> ROUNDING = within(2e-6);

    private static ImasConfig config(Object... changes) {
        ImasConfig config = Configs.with(Configs.tiny(), "unsupervised", "threshold", 0.35);
        for (int i = 0; i < changes.length; i += 2) {
            config = Configs.with(config, "unsupervised", (String) changes[i], changes[i + 1]);
        }
        return config;
    }

    private static Map<String, float[]> after(ImasConfig config, StepDraws draws, boolean sameViews) {
        try (StepHarness h = new StepHarness(config)) {
            h.run(0, draws, 0.5, sameViews);
            return h.weights();
        }
    }

    @Test
    void gammaIsInformative() {
        try (StepHarness one = new StepHarness(config(), 1);
                StepHarness fresh = new StepHarness(config());
                StepHarness diverged = new StepHarness(config()).diverged()) {
            for (StepHarness h : new StepHarness[] {one, fresh, diverged}) {
                for (float gamma : StepHarness.floats(
                        h.run(0, new StepHarness.Draws(), 0.5).agreement().gamma())) {
                    assertThat(gamma).isBetween(0.001f, 0.999f);
                }
            }
        }
    }

    private static void assertSame(Map<String, float[]> a, Map<String, float[]> b) {
        a.forEach((key, values) -> assertThat(b.get(key)).as(key).isEqualTo(values));
    }

    private static void assertDifferent(Map<String, float[]> a, Map<String, float[]> b) {
        assertThat(a.keySet()).anyMatch(key -> !java.util.Arrays.equals(a.get(key), b.get(key)));
    }

    @Test
    void uniformIsGammaOne() {
        StepHarness.Draws reversed = new StepHarness.Draws();
        reversed.partners = new int[] {2, 1, 0};
        ImasConfig uniform = Configs.with(config(), "", "method", "UNIFORM");
        ImasConfig without = config(
                "weightByHardness",
                false,
                "intensityMix",
                "OFF",
                "cutmix",
                "FIXED",
                "cutmixProbability",
                1.0,
                "cutmixPairing",
                "RANDOM");
        try (StepHarness a = new StepHarness(uniform);
                StepHarness b = new StepHarness(without)) {
            StepResult.SemiSupervised result = a.run(0, reversed, 0.5);
            b.run(0, reversed, 0.5);
            assertThat(StepHarness.floats(result.agreement().gamma())).containsOnly(1);
            assertThat(result.agreement().mean().item_float()).isEqualTo(1);
            assertSame(a.weights(), b.weights());
        }
    }

    @Test
    void hardnessWeightsMultiplyTheLoss() {
        // One unlabelled image and the strong view alone: the only difference is the factor gamma.
        Object[] plain = {"intensityMix", "OFF", "cutmix", "OFF"};
        try (StepHarness on = new StepHarness(config(plain), 1);
                StepHarness off =
                        new StepHarness(Configs.with(config(plain), "unsupervised", "weightByHardness", false), 1)) {
            StepResult.SemiSupervised weighted = on.run(0, new StepHarness.Draws(), 0.5);
            StepResult.SemiSupervised unweighted = off.run(0, new StepHarness.Draws(), 0.5);
            double gamma = weighted.agreement().gamma().item_float();
            assertThat(gamma).isBetween(0.01, 0.99);
            assertThat((double) unweighted.views().get(0).item_float()).isPositive();
            assertThat((double) weighted.views().get(0).item_float())
                    .isCloseTo(gamma * unweighted.views().get(0).item_float(), ROUNDING);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Method.class,
            names = {"IMAS", "UNIFORM"})
    void classThresholdsLetMorePixelsTeach(Method method) {
        // The first step's networks are equal, whatever the switch: the same predictions, gamma and views.
        ImasConfig fixed = Configs.with(config(), "", "method", method);
        ImasConfig relative = Configs.with(fixed, "unsupervised", "classThresholds", "BY_CONFIDENCE");
        try (StepHarness same = new StepHarness(fixed);
                StepHarness lower = new StepHarness(relative)) {
            StepResult.SemiSupervised one = same.run(0, new StepHarness.Draws(), 0.5);
            StepResult.SemiSupervised other = lower.run(0, new StepHarness.Draws(), 0.5);
            assertThat(StepHarness.floats(other.pseudo().confidence()))
                    .isEqualTo(StepHarness.floats(one.pseudo().confidence()));
            assertThat(StepHarness.floats(other.agreement().gamma()))
                    .isEqualTo(StepHarness.floats(one.agreement().gamma()));
            assertThat(one.views()).hasSize(2);
            for (int view = 0; view < 2; view++) {
                assertThat(other.views().get(view).item_float())
                        .as("view %d", view)
                        .isGreaterThan(one.views().get(view).item_float());
            }
            assertDifferent(same.weights(), lower.weights());
        }
    }

    @Test
    void lossIsLambdaTimesTheMeanOfTheViews() {
        try (StepHarness h = new StepHarness(config("weight", 1.7)).diverged()) {
            StepResult.SemiSupervised result = h.run(0, new StepHarness.Draws(), 0.5);
            assertThat(result.views()).hasSize(2);
            double mean =
                    (result.views().get(0).item_float() + result.views().get(1).item_float()) / 2;
            assertThat((double) result.lossUnsup().item_float()).isCloseTo(1.7 * mean, ROUNDING);
            double total = result.lossSup().item_float() + 1.7 * mean;
            assertThat((double) result.total().item_float()).isCloseTo(total, within(2e-7 * total));
        }
    }

    @Test
    void gammaFollowsItsSwitches() {
        for (boolean weighted : new boolean[] {true, false}) {
            for (boolean ignore : new boolean[] {true, false}) {
                for (String version : new String[] {"V1", "V2"}) {
                    ImasConfig config =
                            config("classWeighted", weighted, "ignoreBackground", ignore, "gammaVersion", version);
                    try (StepHarness h = new StepHarness(config).diverged()) {
                        StepResult.SemiSupervised result = h.run(0, new StepHarness.Draws(), 0.5);
                        float[] gamma = StepHarness.floats(result.agreement().gamma());
                        float[] counts = StepHarness.floats(result.pseudo().counts());
                        for (int b = 0; b < gamma.length; b++) {
                            assertThat((double) gamma[b])
                                    .as("%s %s %s", weighted, ignore, version)
                                    .isCloseTo(gamma(counts, b, weighted, ignore, version.equals("V1")), ROUNDING);
                        }
                    }
                }
            }
        }
    }

    /** Method 4, written out once more. */
    private static double gamma(float[] counts, int image, boolean weighted, boolean ignore, boolean v1) {
        int c = StepHarness.CLASSES;
        int at = image * (3 * c + 2);
        double[] w = {0, 0};
        double[] sum = {0, 0};
        double plain = 0;
        int present = 0;
        for (int k = 0; k < c; k++) {
            double s = counts[at + k];
            double t = counts[at + c + k];
            double both = counts[at + 2 * c + k];
            if (s + t > 0) {
                double iou = both / (s + t - both);
                plain += iou;
                present++;
                if (k > 0 || !ignore) {
                    w[0] += iou * s;
                    w[1] += iou * t;
                    sum[0] += s;
                    sum[1] += t;
                }
            }
        }
        double pixels = StepHarness.SIZE * StepHarness.SIZE;
        double iouS = !weighted ? plain / present : sum[0] == 0 ? 0 : w[0] / sum[0];
        double iouT = !weighted ? plain / present : sum[1] == 0 ? 0 : w[1] / sum[1];
        double rhoS = counts[at + 3 * c] / pixels;
        double rhoT = counts[at + 3 * c + 1] / pixels;
        return v1
                ? (iouT * rhoT + iouS * rhoS) / 2
                : rhoS + rhoT == 0 ? 0 : (iouT * rhoT + iouS * rhoS) / (rhoS + rhoT);
    }

    @Test
    void cutmixFiresAsToldTo() {
        StepHarness.Draws always = new StepHarness.Draws();
        try (StepHarness off = new StepHarness(config("cutmix", "OFF"))) {
            assertThat(off.run(0, always, 0.5).cutmix()).isInstanceOf(CutMix.None.class);
            assertThat(always.boxesAsked).isFalse();
        }
        StepHarness.Draws half = new StepHarness.Draws();
        half.trigger = 0.5;
        try (StepHarness below = new StepHarness(config("cutmix", "FIXED", "cutmixProbability", 0.51));
                StepHarness above = new StepHarness(config("cutmix", "FIXED", "cutmixProbability", 0.5))) {
            assertThat(below.run(0, half, 0.5).cutmix())
                    .isInstanceOfSatisfying(CutMix.Fired.class, fired -> assertThat(fired.boxes())
                            .hasNumberOfRows(3));
            assertThat(above.run(0, half, 0.5).cutmix()).isInstanceOf(CutMix.None.class);
        }
        double mean;
        try (StepHarness measured = new StepHarness(config())) {
            mean = measured.run(0, always, 0.5).agreement().mean().item_float();
        }
        StepHarness.Draws just = new StepHarness.Draws();
        just.trigger = Math.nextDown(mean);
        StepHarness.Draws reached = new StepHarness.Draws();
        reached.trigger = mean;
        try (StepHarness below = new StepHarness(config());
                StepHarness at = new StepHarness(config())) {
            StepResult.SemiSupervised fired = below.run(0, just, 0.5);
            assertThat(fired.cutmix()).isInstanceOf(CutMix.Fired.class);
            assertThat(fired.views()).hasSize(2);
            assertThat(at.run(0, reached, 0.5).views()).hasSize(1);
            assertThat(just.spread).isEqualTo(1);
        }
    }

    @Test
    void cutmixScaleFollowsMeanGamma() {
        StepHarness.Draws draws = new StepHarness.Draws();
        try (StepHarness h = new StepHarness(config("cutmixScaleByHardness", true)).diverged()) {
            assertThat(draws.spread).isNaN();
            StepResult.SemiSupervised result = h.run(0, draws, 0.5);
            assertThat(draws.spread).isEqualTo(result.agreement().mean().item_float());
        }
    }

    @Test
    void partnersComeFromHardnessOrFromTheDraw() {
        StepHarness.Draws draws = new StepHarness.Draws();
        draws.partners = new int[] {0, 1, 2};
        Map<String, float[]> byHardness = after(config(), draws, false);
        assertThat(draws.pairingAsked).isFalse();
        Map<String, float[]> drawn = after(config("cutmixPairing", "RANDOM"), draws, false);
        assertThat(draws.pairingAsked).isTrue();
        assertDifferent(byHardness, drawn);
    }

    @Test
    void intensityBlendsOrChoosesOrLeaves() {
        StepHarness.Draws strongChosen = new StepHarness.Draws();
        strongChosen.uniform = 0;
        StepHarness.Draws weakChosen = new StepHarness.Draws();
        weakChosen.uniform = 1;
        assertSame(
                after(config("intensityMix", "BERNOULLI"), strongChosen, false),
                after(config("intensityMix", "OFF"), strongChosen, false));
        assertSame(
                after(config("intensityMix", "BERNOULLI"), weakChosen, false),
                after(config("intensityMix", "OFF"), weakChosen, true));
        assertDifferent(after(config(), weakChosen, false), after(config("intensityMix", "OFF"), weakChosen, false));
        assertDifferent(
                after(config(), weakChosen, false), after(config("intensityMix", "BERNOULLI"), weakChosen, false));
    }

    @Test
    void weakPartCountsInTheStatisticsOnly() {
        Map<String, float[]> with = after(config(), new StepHarness.Draws(), false);
        Map<String, float[]> without = after(config("weakInBatch", false), new StepHarness.Draws(), false);
        assertThat(with.get("encoder.bn1.running_mean")).isNotEqualTo(without.get("encoder.bn1.running_mean"));
    }

    @Test
    void supervisedStepHasNoUnlabelledPart() {
        try (StepHarness h = new StepHarness(config())) {
            Map<String, float[]> before = h.weights();
            StepResult result = h.runSupervised(0);
            assertThat(result).isInstanceOf(StepResult.Supervised.class);
            assertThat(result.total().item_float())
                    .isEqualTo(result.lossSup().item_float())
                    .isPositive();
            assertDifferent(before, h.weights());
        }
    }

    @Test
    void auxiliaryHeadLearns() {
        ImasConfig config = Configs.with(config(), "network", "auxiliary", true);
        try (StepHarness h = new StepHarness(config)) {
            Map<String, float[]> before = h.weights();
            h.run(0, new StepHarness.Draws(), 0.5);
            assertThat(h.weights().get("auxor.aux.3.weight")).isNotEqualTo(before.get("auxor.aux.3.weight"));
        }
    }

    @Test
    void onePredictionServesBothWhenTheTeacherIsTheStudent() {
        try (StepHarness once = new StepHarness(config());
                StepHarness twice = new StepHarness(config())) {
            twice.teacher.mirrorsStudent(false);
            once.run(0, new StepHarness.Draws(), 0.5);
            twice.run(0, new StepHarness.Draws(), 0.5);
            assertSame(once.weights(), twice.weights());
        }
    }
}
