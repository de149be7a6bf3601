package dev.imas.benchmarks;

import dev.imas.semi.Networks;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Tells from outside what a step spends its time on: it stands between the step and its networks, and what the step
 * does between their calls is the kernels' work.
 */
final class TimedNetworks {
    private Optional<StepSplit> split = Optional.empty();

    /** Splits the steps from now on. */
    void split(StepSplit split) {
        this.split = Optional.of(split);
    }

    private void begin(StepPart part) {
        split.ifPresent(s -> s.begin(part));
    }

    /** The same networks, with a mark before and behind each of their calls. */
    Networks around(Networks networks) {
        return new Networks() {
            @Override
            public void forgetGradients() {
                networks.forgetGradients();
            }

            @Override
            public Predictions predict(Tensor weak) {
                begin(StepPart.PREDICT);
                Predictions predictions = networks.predict(weak);
                begin(StepPart.KERNELS);
                return predictions;
            }

            @Override
            public Pass learn(Tensor batch) {
                begin(StepPart.LEARN);
                Pass pass = networks.learn(batch);
                begin(StepPart.KERNELS);
                return pass;
            }

            @Override
            public void backpropagate(Pass pass) {
                begin(StepPart.LEARN);
                networks.backpropagate(pass);
            }

            @Override
            public void update(double lr, double emaDecay) {
                begin(StepPart.UPDATE);
                networks.update(lr, emaDecay);
            }
        };
    }
}
