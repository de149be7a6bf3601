package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Decayed;
import dev.imas.config.ImasConfig.Head;
import dev.imas.config.ImasConfig.Training;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AdamWTest {
    @BeforeAll
    static void load() {
        Torch.load();
    }

    @Test
    void followsItsFormulaWithRatesAndDecaysOfEachGroup() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> parameters = new LinkedHashMap<>();
            parameters.put("a", torch.tensor(new float[] {1, -2}).requires_grad_(true));
            parameters.put("b", torch.tensor(new float[] {3}).requires_grad_(true));
            parameters.put("unused", torch.tensor(new float[] {7}).requires_grad_(true));
            parameters.put("frozen", torch.tensor(new float[] {5}));
            AdamW adamW =
                    new AdamW(parameters, (key, p) -> key.equals("b") ? new AdamW.Rule(10, 0) : new AdamW.Rule(1, 0.1));
            double[] value = {1, -2, 3};
            double[] mean = new double[3];
            double[] square = new double[3];
            for (int step = 1; step <= 4; step++) {
                double[] gradient = {0.3 * step, -1, 2 - step};
                adamW.clearGradients();
                parameters.get("a").mutable_grad().put(torch.tensor(new float[] {
                    (float) gradient[0], (float) gradient[1]
                }));
                parameters.get("b").mutable_grad().put(torch.tensor(new float[] {(float) gradient[2]}));
                Torch.withoutGradient(() -> adamW.step(0.01));
                for (int i = 0; i < 3; i++) {
                    double rate = i == 2 ? 0.1 : 0.01;
                    value[i] *= 1 - rate * (i == 2 ? 0 : 0.1);
                    mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
                    square[i] = 0.999 * square[i] + 0.001 * gradient[i] * gradient[i];
                    double unbiased = Math.sqrt(square[i] / (1 - Math.pow(0.999, step)));
                    value[i] -= rate * mean[i] / (1 - Math.pow(0.9, step)) / (unbiased + 1e-8);
                }
            }
            float[] a = StepHarness.floats(parameters.get("a"));
            assertThat((double) a[0]).isCloseTo(value[0], within(1e-5));
            assertThat((double) a[1]).isCloseTo(value[1], within(1e-5));
            assertThat((double) parameters.get("b").item_float()).isCloseTo(value[2], within(1e-5));
            assertThat(parameters.get("unused").item_float()).isEqualTo(7);
            assertThat(adamW.memory())
                    .containsKeys("adamw_steps", "adamw_mean/a", "adamw_square/unused")
                    .doesNotContainKey("adamw_mean/frozen");
            assertThat(adamW.memory().get("adamw_steps").item_float()).isEqualTo(4);
        }
    }

    @Test
    void layersLearnTheSlowerTheEarlierTheyAreAndNormsNeedNotDecay() {
        Training training = ConfigYaml.defaults()
                .training()
                .with(t ->
                        t.headLrMultiplier(40).layerDecay(0.5).weightDecay(0.01).decayed(Decayed.WEIGHTS));
        try (SegmentationNetwork network = SegmentationNetwork.create(
                ConfigYaml.defaults().network().with(n -> n.backbone(Backbone.VIT_TINY)
                        .head(Head.DPT)),
                3,
                1)) {
            LayerRates rates = LayerRates.of(training, network);
            Map<String, AdamW.Rule> rules = new LinkedHashMap<>();
            network.parameters().forEach((key, p) -> rules.put(key, rates.of(key, p)));
            assertThat(rules.get("head.projects.0.weight")).isEqualTo(new AdamW.Rule(40, 0.01));
            assertThat(rules.get("head.projects.0.bias")).isEqualTo(new AdamW.Rule(40, 0));
            assertThat(rules.get("backbone.norm.weight")).isEqualTo(new AdamW.Rule(1, 0));
            assertThat(rules.get("backbone.blocks.3.mlp.fc1.weight")).isEqualTo(new AdamW.Rule(0.5, 0.01));
            assertThat(rules.get("backbone.blocks.0.ls1.gamma")).isEqualTo(new AdamW.Rule(0.0625, 0));
            assertThat(rules.get("backbone.patch_embed.proj.weight")).isEqualTo(new AdamW.Rule(0.03125, 0.01));
            assertThat(rules.get("backbone.pos_embed")).isEqualTo(new AdamW.Rule(0.03125, 0));
            assertThat(LayerRates.of(training.withDecayed(Decayed.ALL), network)
                            .of("backbone.pos_embed", network.parameters().get("backbone.pos_embed")))
                    .isEqualTo(new AdamW.Rule(0.03125, 0.01));
        }
    }

    @Test
    void oneViewsDroppedChannelsAreTheOthersDoubledOnes() {
        byte[] coins = {1, 0, 0, 1, 1, 1, 0, 1, 0};
        float[] factors = FeatureDropout.factors(coins, new int[] {2, 0, 1}, 3);
        assertThat(factors)
                .containsExactly(
                        2, 0, 0, 2, 2, 2, 1, 1, 1, // the third picture keeps its channels
                        0, 2, 2, 0, 0, 0, 1, 1, 1);
    }
}
