package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.plan.StepCost;
import dev.imas.semi.Configs;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StepTrialTest {
    /** A second passes from each look at the clock to the next. */
    private static StepTrial trial() {
        AtomicLong time = new AtomicLong();
        return new StepTrial(() -> time.getAndAdd(1_000_000_000));
    }

    @Test
    void wholeStepsOfBothKindsAreTimed() {
        StepCost cost = trial().measure(Configs.tiny()).orElseThrow();
        assertThat(cost.supervised()).isEqualTo(1);
        assertThat(cost.semiSupervised()).isEqualTo(1);
        assertThat(cost.pixel()).isEqualTo(1.0 / (256 * 256));
        assertThat(cost.bytes()).isPositive();
    }

    @Test
    void openClassWeightsAndLabelsAloneAreTimedToo() {
        ImasConfig config = Configs.tiny().withMethod(Method.SUPERVISED);
        ImasConfig open = config.withSupervised(config.supervised().withClassWeights(null));
        StepCost cost = trial().measure(open).orElseThrow();
        assertThat(cost.semiSupervised()).isEqualTo(cost.supervised());
    }
}
