package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.CutMixPairing;
import dev.imas.config.ImasConfig.CutMixTrigger;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.semi.CutMixRule.MeanGamma;
import dev.imas.semi.CutMixRule.Pairing;
import dev.imas.semi.CutMixRule.Spread;
import dev.imas.semi.CutMixRule.Trigger;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(StepScope.class)
class CutMixRuleTest {
    private final StepHarness.Draws draws = new StepHarness.Draws();

    private static MeanGamma mean(double value) {
        return new MeanGamma(torch.tensor(new float[] {(float) value}));
    }

    /** Fails when it is asked. */
    private static MeanGamma unasked() {
        return new MeanGamma(null);
    }

    @Test
    void triggersFireBelowTheirProbability() {
        draws.trigger = 0.5;
        assertThat(Trigger.of(CutMixTrigger.OFF, 1).fires(unasked(), draws)).isFalse();
        assertThat(Trigger.of(CutMixTrigger.FIXED, 0.5).fires(unasked(), draws)).isFalse();
        assertThat(Trigger.of(CutMixTrigger.FIXED, 0.51).fires(unasked(), draws))
                .isTrue();
        assertThat(Trigger.of(CutMixTrigger.ADAPTIVE, 1).fires(mean(0.5), draws))
                .isFalse();
        assertThat(Trigger.of(CutMixTrigger.ADAPTIVE, 0).fires(mean(0.625), draws))
                .isTrue();
    }

    @Test
    void partnersAreThoseOfGammaOrDrawn() {
        Agreement agreement = Agreements.of(0.1f, 0.2f, 0.3f);
        draws.partners = new int[] {2, 0, 1};
        assertThat(Pairing.of(CutMixPairing.HARDNESS, Agreements.CPU).partners(agreement, draws))
                .isSameAs(agreement.pairing());
        assertThat(draws.pairingAsked).isFalse();
        assertThat(Agreements.ints(
                        Pairing.of(CutMixPairing.RANDOM, Agreements.CPU).partners(agreement, draws)))
                .containsExactly(2, 0, 1);
    }

    @Test
    void spreadIsTheWholeRangeOrMeanGammaOfIt() {
        assertThat(Spread.of(false).of(unasked())).isEqualTo(1);
        assertThat(Spread.of(true).of(mean(0.25))).isEqualTo(0.25);
    }

    @Test
    void decisionHoldsBoxesAndPartners() {
        ImasConfig config = Configs.with(Configs.tiny(), "unsupervised", "cutmixScaleByHardness", true);
        Agreement agreement = Agreements.of(0.25f, 0.75f);
        draws.trigger = 0.49;
        CutMix fired = CutMixRule.of(config.unsupervised(), Agreements.CPU).decide(agreement, draws, 8, 6);
        assertThat(fired).isInstanceOfSatisfying(CutMix.Fired.class, mix -> {
            assertThat(mix.boxes()).isDeepEqualTo(new int[][] {{0, 0, 4, 3}, {1, 2, 5, 5}});
            assertThat(Agreements.ints(mix.boxTensor())).containsExactly(0, 0, 4, 3, 1, 2, 5, 5);
            assertThat(mix.boxTensor().shape()).containsExactly(2, 1, 1, 4);
            assertThat(mix.partners()).isSameAs(agreement.pairing());
        });
        assertThat(draws.spread).isEqualTo(0.5);
        draws.trigger = 0.5;
        draws.boxesAsked = false;
        assertThat(CutMixRule.of(config.unsupervised(), Agreements.CPU).decide(agreement, draws, 8, 6))
                .isEqualTo(new CutMix.None());
        assertThat(draws.boxesAsked).isFalse();
    }
}
