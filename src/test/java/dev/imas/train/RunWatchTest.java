package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.device.Torch;
import dev.imas.run.RunDirectory;
import dev.imas.run.StepMetrics;
import dev.imas.semi.Configs;
import dev.imas.semi.StepResult;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** What a run watches while it goes on: when something is due, and when it must end. */
class RunWatchTest {
    private static StepFigures.Reading reading(boolean finite, boolean semi) {
        double unsupervised = semi ? 0.25 : Double.NaN;
        return new StepFigures.Reading(
                new StepMetrics(1, 7, 0.5, Double.NaN, unsupervised, 0, 0, 1, 0, 0), finite, semi);
    }

    @Test
    void divergenceNamesStepLossesAndRate() {
        Divergence divergence = new Divergence(Path.of("run", "checkpoints"));
        assertThat(divergence.checked(reading(true, true)).step()).isEqualTo(7);
        assertThatThrownBy(() -> divergence.checked(reading(false, true)))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        "the loss is not finite at step 7 (supervised NaN, unsupervised 0.25, lr 0.5): ")
                .hasMessageContaining("training.lr")
                .hasMessageEndingWith(Path.of("run", "checkpoints").toString());
        assertThatThrownBy(() -> divergence.checked(reading(false, false)))
                .hasMessageStartingWith("the loss is not finite at step 7 (supervised NaN, lr 0.5): ");
    }

    @Test
    void divergenceLooksAtTheWholeLoss() {
        Torch.load();
        Divergence divergence = new Divergence(Path.of("checkpoints"));
        try (PointerScope scope = new PointerScope()) {
            StepResult fine = new StepResult.Supervised(torch.tensor(new float[] {2}), Optional.empty());
            StepResult lost =
                    new StepResult.Supervised(torch.tensor(new float[] {Float.POSITIVE_INFINITY}), Optional.empty());
            assertThatCode(() -> divergence.check(fine, 3, 0.5)).doesNotThrowAnyException();
            assertThatThrownBy(() -> divergence.check(lost, 3, 0.5))
                    .hasMessageStartingWith("the loss is not finite at step 3 (supervised Infinity, lr 0.5)");
        }
    }

    @Test
    void evaluatesEveryFewEpochsAndAfterTheLast() {
        assertThat(IntStream.rangeClosed(1, 7).filter(new EvaluationSchedule(3, 7)::due))
                .containsExactly(3, 6, 7);
        assertThat(IntStream.rangeClosed(1, 3).filter(new EvaluationSchedule(1, 3)::due))
                .containsExactly(1, 2, 3);
    }

    @Test
    void checkpointsAreDueWhereTheyAreAskedFor() {
        ImasConfig every = Configs.with(Configs.tiny(), "training", "checkpointEvery", 3);
        ImasConfig never = Configs.with(Configs.tiny(), "training", "checkpointEvery", 0);
        Dataset data = Dataset.open(every);
        RunDirectory directory = new RunDirectory(Path.of("run"));
        assertThat(LongStream.rangeClosed(1, 7).filter(new Checkpoints(directory, every, data)::due))
                .containsExactly(3L, 6L);
        assertThat(LongStream.rangeClosed(1, 7).filter(new Checkpoints(directory, never, data)::due))
                .isEmpty();
    }

    @Test
    void memoryIsReadOnceItHasSettled() {
        int[] asked = {0};
        SettledMemory memory = new SettledMemory(40, () -> 1000 + asked[0]++);
        LongStream.rangeClosed(1, 139).forEach(memory::after);
        assertThat(asked[0]).isZero();
        assertThat(memory.orAtTheEnd(5)).isEqualTo(5);
        LongStream.rangeClosed(140, 300).forEach(memory::after);
        assertThat(asked[0]).isEqualTo(1);
        assertThat(memory.orAtTheEnd(5)).isEqualTo(1000);
    }
}
