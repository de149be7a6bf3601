package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.device.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class SgdTest {
    @Test
    void followsItsFormulaInBothGroups() {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> parameters = new LinkedHashMap<>();
            parameters.put("encoder.a", torch.tensor(new float[] {1, -2}));
            parameters.put("decoder.b", torch.tensor(new float[] {3, 0.5f}));
            parameters.put("decoder.unused", torch.tensor(new float[] {7}));
            Sgd sgd = new Sgd(parameters, 0.9, 0.01, 10);
            double[] expected = {1, -2, 3, 0.5};
            double[] buffer = new double[4];
            for (int step = 0; step < 3; step++) {
                float[] gradient = {0.3f * step, -1, 2, 0.1f};
                sgd.clearGradients();
                parameters.get("encoder.a").mutable_grad().put(torch.tensor(new float[] {gradient[0], gradient[1]}));
                parameters.get("decoder.b").mutable_grad().put(torch.tensor(new float[] {gradient[2], gradient[3]}));
                sgd.step(0.1);
                for (int i = 0; i < 4; i++) {
                    buffer[i] = 0.9 * buffer[i] + gradient[i] + 0.01 * expected[i];
                    expected[i] -= (i < 2 ? 0.1 : 1.0) * buffer[i];
                }
            }
            float[] a = StepHarness.floats(parameters.get("encoder.a"));
            float[] b = StepHarness.floats(parameters.get("decoder.b"));
            for (int i = 0; i < 4; i++) {
                assertThat((double) (i < 2 ? a[i] : b[i - 2])).isCloseTo(expected[i], within(1e-5));
            }
            assertThat(parameters.get("decoder.unused").item_float()).isEqualTo(7);
            assertThat(StepHarness.floats(sgd.momentumBuffers().get("encoder.a"))[1])
                    .isCloseTo((float) buffer[1], within(1e-5f));
        }
    }

    @Test
    void withoutMomentumItIsPlainDescent() {
        Torch.load();
        try (PointerScope scope = new PointerScope()) {
            Tensor parameter = torch.tensor(new float[] {1, -2});
            Sgd sgd = new Sgd(Map.of("encoder.a", parameter), 0, 0.5, 1);
            for (int step = 0; step < 2; step++) {
                sgd.clearGradients();
                parameter.mutable_grad().put(torch.tensor(new float[] {4, 0}));
                sgd.step(0.1);
            }
            // p -= 0.1 * (g + 0.5 p), twice
            assertThat(StepHarness.floats(parameter))
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(0.1225f, -1.805f);
        }
    }
}
