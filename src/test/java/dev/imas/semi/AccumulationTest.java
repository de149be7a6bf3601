package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.CutMixTrigger;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** A batch learned from in two pieces of the same images but other labels, whose batch statistics are the batch's. */
class AccumulationTest {
    private static final double ROUNDING = 2e-5;

    private record Learned(List<Double> losses, List<float[]> parameters) {}

    @Test
    void isTheWholeBatchWhereStatisticsAreTheSame() {
        ImasConfig tiny = Configs.tiny();
        ImasConfig config = tiny.withUnsupervised(
                tiny.unsupervised().with(u -> u.threshold(0.1).cutmix(CutMixTrigger.OFF)));
        for (boolean unlabeled : new boolean[] {false, true}) {
            Learned whole = learned(config, unlabeled);
            Learned pieces = learned(config.withTraining(config.training().withAccumulate(2)), unlabeled);
            for (int i = 0; i < whole.losses.size(); i++) {
                assertThat(pieces.losses.get(i)).isCloseTo(whole.losses.get(i), within(ROUNDING));
            }
            for (int p = 0; p < whole.parameters.size(); p++) {
                for (int i = 0; i < whole.parameters.get(p).length; i++) {
                    assertThat((double) pieces.parameters.get(p)[i])
                            .isCloseTo(whole.parameters.get(p)[i], within(ROUNDING));
                }
            }
        }
    }

    /** One step of a new network: from the second on its running statistics have moved by two pieces. */
    private static Learned learned(ImasConfig config, boolean unlabeled) {
        try (PointerScope scope = new PointerScope();
                StepAssembly assembly = StepAssembly.create(config, Agreements.CPU, SharedStepTest::louder)) {
            Tensor images = twice("labeled");
            Tensor labels = SharedStepTest.labels(0);
            StepResult result = assembly.step()
                    .run(
                            unlabeled
                                    ? new StepInput.SemiSupervised(images, labels, twice("weak"), twice("strong"))
                                    : new StepInput.Supervised(images, labels),
                            SeededDraws.of(config, 0),
                            0.01,
                            0);
            List<Double> losses =
                    new ArrayList<>(List.of((double) result.lossSup().item_float()));
            if (result instanceof StepResult.SemiSupervised semi) {
                losses.add((double) semi.lossUnsup().item_float());
            }
            assertThat(losses).allSatisfy(loss -> assertThat(loss).isPositive());
            return new Learned(
                    losses,
                    assembly.student().parameters().values().stream()
                            .map(StepHarness::floats)
                            .toList());
        }
    }

    private static Tensor twice(String purpose) {
        Tensor half = SharedStepTest.images(purpose, 0).narrow(0, 0, 2);
        return torch.cat(new TensorVector(half, half), 0);
    }
}
