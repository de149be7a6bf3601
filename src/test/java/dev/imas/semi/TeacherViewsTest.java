package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.softmax;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.ImasConfig.TeacherViews;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.Networks.Predictions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code unsupervised.teacher_views}: a mean over positions turns as the images turn, and one position does not. */
@ExtendWith(StepScope.class)
class TeacherViewsTest {
    private static final int ROWS = 2;
    private static final int COLUMNS = 3;
    private static final UnaryOperator<Tensor> MIRRORED = x -> x.flip(COLUMNS);
    private static final UnaryOperator<Tensor> TURNED =
            x -> x.transpose(ROWS, COLUMNS).flip(ROWS).contiguous();

    private record Said(Predictions of, Predictions ofMirrored, Predictions ofTurned, float[] student) {}

    /** Of networks that learned for three steps, so that they are two, and no two classes are alike. */
    private static Said said(TeacherViews views, Method method, Precision precision) {
        ImasConfig config = Configs.with(Configs.tiny(), "unsupervised", "teacherViews", views);
        Compute compute = new Compute("cpu", precision, false);
        List<Networks> around = new ArrayList<>();
        try (StepAssembly assembly =
                StepAssembly.create(config.withMethod(method), compute, student -> {}, networks -> {
                    around.add(networks);
                    return networks;
                })) {
            Tensor weak = torch.rand(2, 3, 48, 32);
            Tensor labels = torch.randint(7, new long[] {2, 1, 48, 32}, new TensorOptions(ScalarType.Byte));
            StepInput input = new StepInput.SemiSupervised(weak, labels, weak, weak);
            for (int step = 0; step < 3; step++) {
                StepResult result = assembly.step().run(input, SeededDraws.of(config, step), 0.05, 0.7);
                assertThat(((StepResult.SemiSupervised) result).lossUnsup().item_float())
                        .isFinite();
            }
            return Torch.withoutGradient(() -> new Said(
                    around.get(0).predict(weak),
                    around.get(0).predict(MIRRORED.apply(weak)),
                    around.get(0).predict(TURNED.apply(weak)),
                    alone(compute, assembly.student(), weak)));
        }
    }

    private static float[] alone(Compute compute, SegmentationNetwork network, Tensor images) {
        return StepHarness.floats(
                compute.forward(false, () -> network.forward(images, false)).logits());
    }

    private static double difference(Tensor one, Tensor other) {
        Tensor p = softmax(one.to(ScalarType.Float), 1);
        Tensor q = softmax(other.to(ScalarType.Float), 1);
        return p.sub(q).abs().max().item_float();
    }

    @ParameterizedTest
    @EnumSource(TeacherViews.class)
    void theTeachersMeanTurnsWithTheImages(TeacherViews views) {
        Said said = said(views, Method.IMAS, Precision.FP32);
        double mirrored =
                difference(said.ofMirrored().teacher(), MIRRORED.apply(said.of().teacher()));
        double turned =
                difference(said.ofTurned().teacher(), TURNED.apply(said.of().teacher()));
        assertThat(mirrored < 1e-5).isEqualTo(views != TeacherViews.ONE);
        assertThat(turned < 1e-5).isEqualTo(views == TeacherViews.D4);
        assertThat(Math.max(mirrored, turned) > 1e-3).isEqualTo(views != TeacherViews.D4);
        assertThat(StepHarness.floats(said.of().student()))
                .as("the student sees one view")
                .isEqualTo(said.student());
    }

    @Test
    void inBf16TheAnswerHasTheStudentsType() {
        Said said = said(TeacherViews.D4, Method.IMAS, Precision.BF16);
        assertThat(said.of().teacher().scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        assertThat(said.of().student().scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
    }

    @Test
    void whereNothingIsComparedOneAnswerServesBoth() {
        Said said = said(TeacherViews.FLIP, Method.UNIFORM, Precision.FP32);
        assertThat(StepHarness.floats(said.of().student()))
                .isEqualTo(StepHarness.floats(said.of().teacher()));
    }
}
