package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.device.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A linear layer by the kernels beside libtorch's. */
class LinearTest {
    private static final double TOLERANCE = 2e-6;

    /** Tokens that are used twice, so that gradients add up; as many channels out as in, and others. */
    @ParameterizedTest
    @CsvSource({"48, 48, 17, true", "64, 200, 17, true", "300, 24, 17, true", "64, 200, 17, false", "32, 16, 1400, true"
    })
    void resultAndGradientsAreLibtorchs(int in, int out, int tokens, boolean contiguous) {
        List<float[]> expected = learned(in, out, tokens, contiguous, false);
        List<float[]> found = learned(in, out, tokens, contiguous, true);
        assertThat(found).hasSameSizeAs(expected);
        assertThat(Arrays.equals(found.get(0), expected.get(0)) && Arrays.equals(found.get(2), expected.get(2)))
                .as("computed by the same code")
                .isFalse();
        for (int i = 0; i < expected.size(); i++) {
            Networks.assertNear(
                    List.of("result", "tokens", "weight", "bias").get(i), found.get(i), expected.get(i), TOLERANCE);
        }
    }

    /** Two passes, each followed by its backward pass: the sum of both gradients. */
    @Test
    void gradientsOfSeveralPassesAddUp() {
        List<float[]> once = learned(32, 40, 17, true, true);
        try (StateBuilder state = new StateBuilder(5);
                PointerScope scope = new PointerScope()) {
            Linear layer = layer(state, 32, 40, true);
            for (int pass = 0; pass < 2; pass++) {
                gradients(layer, tokens(32, 17, true));
            }
            float[] twice = Networks.values(state.parameters().get("l.weight").grad());
            for (int i = 0; i < twice.length; i++) {
                assertThat(twice[i]).isEqualTo(2 * once.get(2)[i]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void predictsAsItLearns(boolean learnable) {
        try (StateBuilder state = new StateBuilder(5);
                PointerScope scope = new PointerScope()) {
            Linear layer = layer(state, 40, 72, true);
            state.parameters().values().forEach(parameter -> parameter.set_requires_grad(learnable));
            Tensor tokens = tokens(40, 17, true);
            Tensor predicted = learnable ? Torch.withoutGradient(() -> layer.forward(tokens)) : layer.forward(tokens);
            assertThat(predicted.requires_grad()).isFalse();
            assertThat(predicted.shape()).containsExactly(3, 17, 72);
            state.parameters().values().forEach(parameter -> parameter.set_requires_grad(true));
            Tensor learned = layer.forward(tokens.detach().set_requires_grad(true));
            assertThat(predicted.equal(learned)).isTrue();
        }
    }

    /** Frozen weights below layers that learn, and the first layer above frozen ones. */
    @Test
    void oneSideAloneMayLearn() {
        try (StateBuilder state = new StateBuilder(5);
                PointerScope scope = new PointerScope()) {
            Linear layer = layer(state, 40, 72, true);
            layer.forward(tokens(40, 17, true)).sum().backward();
            assertThat(state.parameters().get("l.weight").grad().defined()).isTrue();
            state.parameters().values().forEach(parameter -> parameter.set_requires_grad(false));
            Tensor tokens = tokens(40, 17, true).set_requires_grad(true);
            layer.forward(tokens).sum().backward();
            assertThat(tokens.grad().defined()).isTrue();
        }
    }

    private static Linear layer(StateBuilder state, int in, int out, boolean kernels) {
        if (kernels) {
            state.useKernels();
        }
        Linear layer = new Linear(state, "l", in, out);
        Torch.withoutGradient(() -> state.parameters().get("l.bias").copy_(torch.arange(new Scalar(out))));
        return layer;
    }

    /** [3,count,channels]; or the same numbers in another order in memory. */
    private static Tensor tokens(int channels, int count, boolean contiguous) {
        torch.manual_seed(3);
        Tensor tokens = torch.randn(3, count, channels);
        return contiguous ? tokens : tokens.transpose(0, 1).contiguous().transpose(0, 1);
    }

    /** Result, and gradients of tokens, weight and bias. */
    private static List<float[]> learned(int in, int out, int tokens, boolean contiguous, boolean kernels) {
        try (StateBuilder state = new StateBuilder(5);
                PointerScope scope = new PointerScope()) {
            List<float[]> ends = gradients(layer(state, in, out, kernels), tokens(in, tokens, contiguous));
            Map<String, Tensor> parameters = state.parameters();
            return List.of(
                    ends.get(0),
                    ends.get(1),
                    Networks.values(parameters.get("l.weight").grad()),
                    Networks.values(parameters.get("l.bias").grad()));
        }
    }

    private static List<float[]> gradients(Linear layer, Tensor given) {
        Tensor tokens = given.set_requires_grad(true);
        Tensor seen = tokens.sin();
        Tensor result = layer.forward(seen);
        Tensor both = torch.cat(new TensorVector(result.sin(), seen), 2);
        torch.backward(
                new TensorVector(both),
                new TensorVector(both.detach().cos()),
                new BoolOptional(),
                false,
                new TensorVector());
        return List.of(Networks.values(result), Networks.values(tokens.grad()));
    }
}
