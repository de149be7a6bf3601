package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static Plan plan(String method, int labeled) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "data.embedded={images: 40, labeled: " + labeled + ", validation: 1, size: 32}");
        ConfigYaml.set(layers, "training.batch_labeled=2");
        ConfigYaml.set(layers, "training.batch_unlabeled=4");
        ConfigYaml.set(layers, "method=" + method);
        ImasConfig config = ConfigYaml.resolve(layers);
        return Plan.of(config, Dataset.open(config));
    }

    @Test
    void methodsTakeEqualStepsWithUnequalBatches() {
        assertThat(plan("imas", 8).stepsPerEpoch()).isEqualTo(8);
        assertThat(plan("uniform", 8).stepsPerEpoch()).isEqualTo(8);
        assertThat(plan("supervised", 8).stepsPerEpoch()).isEqualTo(8);
        assertThat(plan("supervised", 8).unlabeledSamples()).isZero();
    }

    @Test
    void labelledBatchesCountWhereNothingIsUnlabelled() {
        assertThat(plan("supervised", 40).stepsPerEpoch()).isEqualTo(20);
    }
}
