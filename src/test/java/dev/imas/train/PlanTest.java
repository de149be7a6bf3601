package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
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
    void stepsLieInEpochsOfWhichTheFirstMayBeSupervised() {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "data.embedded={images: 40, labeled: 8, validation: 1, size: 32}");
        ConfigYaml.set(layers, "training.batch_unlabeled=4");
        ConfigYaml.set(layers, "training.sup_only_epochs=2");
        ImasConfig config = ConfigYaml.resolve(layers);
        Plan plan = Plan.of(config, Dataset.open(config));
        assertThat(plan.stepsPerEpoch()).isEqualTo(8);
        assertThat(plan.epoch(15)).isEqualTo(1);
        assertThat(plan.place(15)).isEqualTo(7);
        assertThat(plan.supervisedOnly(1)).isTrue();
        assertThat(plan.supervisedOnly(2)).isFalse();
        assertThat(plan.firstApart()).isEqualTo(24);
        assertThat(plan("supervised", 8).supervisedOnly(7)).isTrue();
        assertThat(plan("supervised", 8).firstApart()).isZero();
    }

    @Test
    void labelledBatchesCountWhereNothingIsUnlabelled() {
        assertThat(plan("supervised", 40).stepsPerEpoch()).isEqualTo(20);
    }

    /** A picture may be in a batch more than once, so that there always is one. */
    @Test
    void fewerPicturesThanABatchMakeOneStep() {
        assertThat(plan("imas", 39).stepsPerEpoch()).isEqualTo(1);
        assertThat(plan("imas", 39).unlabeledSamples()).isEqualTo(4);
        assertThat(plan("imas", 1).labeledSamples()).isGreaterThanOrEqualTo(2 * 9);
    }

    @Test
    void anEpochLengthBelowTheBatchIsRefused() {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        ConfigYaml.set(layers, "data.epoch_length=3");
        ConfigYaml.set(layers, "training.batch_unlabeled=4");
        ImasConfig config = ConfigYaml.resolve(layers);
        assertThatThrownBy(() -> Plan.of(config, Dataset.open(config)))
                .isInstanceOf(UserException.class)
                .hasMessage("an epoch of 3 samples (data.epoch_length) has no full batch of 4; lower"
                        + " training.batch_unlabeled or raise data.epoch_length");
    }
}
