package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.config.ImasConfig;
import dev.imas.device.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class StepAssemblyTest {
    private static final ImasConfig CONFIG = Configs.tiny();

    private static Tensor images() {
        return torch.arange(new Scalar(2 * 3 * 32 * 32))
                .to(ScalarType.Float)
                .sin()
                .view(2, 3, 32, 32);
    }

    private static StepInput input() {
        return new StepInput.SemiSupervised(images(), torch.ones(2, 1, 32, 32).to(ScalarType.Byte), images(), images());
    }

    @Test
    void theTeacherBeginsAsACopyOfThePreparedStudent() {
        Torch.load();
        try (PointerScope scope = new PointerScope();
                StepAssembly assembly = StepAssembly.create(
                        CONFIG,
                        Agreements.CPU,
                        student -> Torch.withoutGradient(() ->
                                student.parameters().get("encoder.bn1.weight").fill_(new Scalar(3))))) {
            Tensor copied = assembly.teacher().network().parameters().get("encoder.bn1.weight");
            assertThat(StepHarness.floats(copied)).containsOnly(3);
            assertThat(assembly.teacher().mirrorsStudent()).isTrue();
        }
    }

    @Test
    void closesTheNetworksWhenAPartFails() {
        Torch.load();
        List<Tensor> made = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> StepAssembly.create(CONFIG, Agreements.CPU, student -> {
                        made.addAll(student.state().values());
                        throw new IllegalStateException("bad weights");
                    }))
                    .hasMessage("bad weights");
            assertThatThrownBy(() -> StepAssembly.create(
                            CONFIG,
                            Agreements.CPU,
                            student -> made.addAll(student.state().values()),
                            networks -> {
                                throw new IllegalStateException("no step");
                            }))
                    .hasMessage("no step");
        }
        assertThat(made).isNotEmpty().allMatch(tensor -> tensor.isNull());
    }

    /** Notes the calls and hands them on. */
    private record Noted(Networks networks, List<String> calls) implements Networks {
        @Override
        public void forgetGradients() {
            calls.add("forget");
            networks.forgetGradients();
        }

        @Override
        public Predictions predict(Tensor weak) {
            calls.add("predict");
            return networks.predict(weak);
        }

        @Override
        public Pass learn(Tensor batch) {
            calls.add("learn");
            return networks.learn(batch);
        }

        @Override
        public void backpropagate(Pass pass) {
            calls.add("backpropagate");
            networks.backpropagate(pass);
        }

        @Override
        public void update(double lr, double emaDecay) {
            calls.add("update " + lr + " " + emaDecay);
            networks.update(lr, emaDecay);
        }
    }

    @Test
    void whoStandsAroundTheNetworksSeesTheStepAndChangesNothing() {
        Torch.load();
        List<String> calls = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                StepAssembly plain = StepAssembly.create(CONFIG, Agreements.CPU, student -> {});
                StepAssembly watched = StepAssembly.create(
                        CONFIG, Agreements.CPU, student -> {}, networks -> new Noted(networks, calls))) {
            float[] start = weights(plain);
            plain.step().run(input(), new StepHarness.Draws(), 0.05, 0.5);
            watched.step().run(input(), new StepHarness.Draws(), 0.05, 0.5);
            assertThat(weights(watched)).isEqualTo(weights(plain)).isNotEqualTo(start);
            StepInput labelled =
                    new StepInput.Supervised(images(), torch.ones(2, 1, 32, 32).to(ScalarType.Byte));
            watched.step().run(labelled, new StepHarness.Draws(), 0.1, 0);
        }
        assertThat(calls)
                .isEqualTo(Arrays.asList(
                        "forget",
                        "predict",
                        "learn",
                        "backpropagate",
                        "update 0.05 0.5",
                        "forget",
                        "learn",
                        "backpropagate",
                        "update 0.1 0.0"));
    }

    private static float[] weights(StepAssembly assembly) {
        return StepHarness.floats(assembly.student().parameters().get("decoder.classifier.6.weight"));
    }
}
