package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TeacherTest {
    private static Map<String, float[]> values(Map<String, Tensor> state) {
        Map<String, float[]> values = new HashMap<>();
        state.forEach((key, tensor) -> values.put(key, StepHarness.floats(tensor)));
        return values;
    }

    @Test
    void decayZeroCopiesParametersAndBuffers() {
        try (StepHarness h = new StepHarness(Configs.tiny())) {
            h.run(0, new StepHarness.Draws(), 0.7);
            assertThat(h.teacher.mirrorsStudent()).isFalse();
            h.teacher.update(0);
            assertThat(h.teacher.mirrorsStudent()).isTrue();
            Map<String, float[]> teacher = values(h.teacher.network().state());
            values(h.student.state())
                    .forEach(
                            (key, value) -> assertThat(teacher.get(key)).as(key).isEqualTo(value));
        }
    }

    @Test
    void averagesParametersAndBuffers() {
        try (StepHarness h = new StepHarness(Configs.tiny())) {
            h.run(0, new StepHarness.Draws(), 0);
            Map<String, float[]> before = values(h.teacher.network().state());
            h.run(1, new StepHarness.Draws(), 0.75);
            Map<String, float[]> student = values(h.student.state());
            values(h.teacher.network().state()).forEach((key, found) -> {
                for (int i = 0; i < found.length; i++) {
                    double expected = 0.75 * before.get(key)[i] + 0.25 * student.get(key)[i];
                    assertThat((double) found[i])
                            .as(key)
                            .isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
                }
            });
            Tensor counter = h.teacher.network().buffers().get("encoder.bn1.num_batches_tracked");
            assertThat(counter.scalar_type().intern()).isEqualTo(ScalarType.Float);
            assertThat(counter.item_float()).isEqualTo(11.25f);
            assertThat(h.student
                            .buffers()
                            .get("encoder.bn1.num_batches_tracked")
                            .scalar_type()
                            .intern())
                    .isEqualTo(ScalarType.Long);
        }
    }

    @Test
    void takesNoGradient() {
        try (StepHarness h = new StepHarness(Configs.tiny())) {
            assertThat(h.teacher.network().parameters().values()).noneMatch(Tensor::requires_grad);
            assertThat(h.student.parameters().values()).allMatch(Tensor::requires_grad);
        }
    }
}
