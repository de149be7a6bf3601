package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.ClassThresholds;
import dev.imas.config.ImasConfig.IntensityMix;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.Agreement;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The rules that follow from gamma, one by one. */
@ExtendWith(StepScope.class)
class RulesTest {

    @Test
    void thresholdsAreTheSameOrFollowTheClassesConfidence() {
        Tensor labels = torch.tensor(new int[] {0, 0, 3, 3}).to(ScalarType.Byte).view(1, 1, 1, 4);
        Tensor confidence = torch.tensor(new float[] {1, 0.5f, 0.5f, 0.25f}).view(1, 1, 1, 4);
        PseudoLabels pseudo = new PseudoLabels(labels, confidence, torch.zeros(1));
        assertThat(ThresholdRule.of(ClassThresholds.SAME).targets(pseudo)).isSameAs(pseudo);
        PseudoLabels relative = ThresholdRule.of(ClassThresholds.BY_CONFIDENCE).targets(pseudo);
        assertThat(StepHarness.floats(relative.confidence())).containsExactly(1, 0.5f, 1, 0.5f);
        assertThat(relative.labels()).isSameAs(labels);
    }

    /** Student and teacher say class 1 in the first image; in the second the student says 2; doubtful logits. */
    private static PseudoLabels pseudo(TensorKernels kernels) {
        Tensor teacher = torch.zeros(2, 3, 4, 4);
        teacher.narrow(1, 1, 1).fill_(new Scalar(2.0));
        Tensor student = teacher.clone();
        student.narrow(0, 1, 1).narrow(1, 2, 1).fill_(new Scalar(4.0));
        return kernels.pseudoLabel(student, teacher, 0.5, 8, 8);
    }

    @Test
    void gammaIsMeasuredOrOne() {
        TensorKernels kernels = new TensorKernels(Agreements.CPU);
        ImasConfig config = Configs.tiny();
        Agreement measured = GammaRule.of(config, kernels, Agreements.CPU).measure(pseudo(kernels));
        assertThat(StepHarness.floats(measured.gamma())).containsExactly(1, 0);
        assertThat(measured.mean().item_float()).isEqualTo(0.5f);
        Agreement uniform = GammaRule.of(Configs.with(config, "", "method", "UNIFORM"), kernels, Agreements.CPU)
                .measure(pseudo(kernels));
        assertThat(StepHarness.floats(uniform.gamma())).containsExactly(1, 1);
        assertThat(uniform.mean().item_float()).isEqualTo(1);
        assertThat(StepHarness.floats(uniform.parts().select(3, 4))).containsExactly(1, 1);
        assertThat(StepHarness.floats(uniform.parts().select(3, 3)))
                .isEqualTo(StepHarness.floats(measured.parts().select(3, 3)));
        assertThat(Agreements.ints(uniform.pairing())).containsExactly(1, 0);
    }

    @Test
    void intensityIsTheWholeViewGammaOrAChoice() {
        Agreement agreement = Agreements.of(0.25f, 0.5f, 0.75f);
        StepHarness.Draws draws = new StepHarness.Draws();
        draws.uniform = 0.5f;
        assertThat(IntensityRule.of(IntensityMix.OFF, Agreements.CPU).share(agreement, draws))
                .isEmpty();
        assertThat(IntensityRule.of(IntensityMix.BLEND, Agreements.CPU).share(agreement, draws))
                .containsSame(agreement.gamma());
        Optional<Tensor> choice =
                IntensityRule.of(IntensityMix.BERNOULLI, Agreements.CPU).share(agreement, draws);
        assertThat(StepHarness.floats(choice.orElseThrow())).containsExactly(0, 0, 1);
        assertThat(choice.orElseThrow().size(0)).isEqualTo(3);
    }

    @Test
    void weightsAreGammaOrNone() {
        Agreement agreement = Agreements.of(0.25f, 1);
        assertThat(WeightRule.of(true).weights(agreement)).containsSame(agreement.gamma());
        assertThat(WeightRule.of(false).weights(agreement)).isEmpty();
    }
}
