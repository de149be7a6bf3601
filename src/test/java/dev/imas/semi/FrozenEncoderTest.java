package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code network.freeze_encoder}: one encoder for student and teacher, and the numbers of two. */
class FrozenEncoderTest {
    private static final String FIRST = "backbone.blocks.0.attn.qkv.weight";
    private static final String HEAD = "head.projects.0.weight";

    @BeforeAll
    static void load() {
        Torch.load();
    }

    private static ImasConfig config() {
        Map<String, Object> layers = ConfigYaml.preset("voc");
        List.of(
                        "network.backbone=vit-tiny",
                        "network.head=dpt",
                        "network.freeze_encoder=true",
                        "augment.crop=[42, 28]",
                        "training.optimizer=adamw",
                        "unsupervised.threshold=0.0")
                .forEach(setting -> ConfigYaml.set(layers, setting));
        return ConfigYaml.resolve(layers);
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FP32", "BF16"})
    void whatTheStepAsksForIsWhatEitherNetworkSaysByItself(Precision precision) {
        Compute compute = new Compute("cpu", precision, false);
        List<Networks> around = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                StepAssembly assembly = StepAssembly.create(config(), compute, student -> {}, networks -> {
                    around.add(networks);
                    return networks;
                })) {
            SegmentationNetwork student = assembly.student();
            SegmentationNetwork teacher = assembly.teacher().network();
            byte[] before = bytes(student, FIRST);
            Tensor weak = torch.rand(2, 3, 42, 28);
            Tensor labels = torch.zeros(new long[] {2, 1, 42, 28}, new TensorOptions(ScalarType.Byte));
            StepInput input = new StepInput.SemiSupervised(weak, labels, weak, weak);
            for (int step = 0; step < 3; step++) {
                assembly.step().run(input, SeededDraws.of(config(), step), 0.01, 0.7);
            }
            assertThat(bytes(student, FIRST)).isEqualTo(before);
            assertThat(teacher.state().get(FIRST).data_ptr().address())
                    .isEqualTo(student.state().get(FIRST).data_ptr().address());
            assertThat(bytes(teacher, HEAD)).isNotEqualTo(bytes(student, HEAD));
            Networks.Predictions found =
                    Torch.withoutGradient(() -> around.get(0).predict(weak));
            assertThat(StepHarness.floats(found.student())).isEqualTo(alone(compute, student, weak));
            assertThat(StepHarness.floats(found.teacher())).isEqualTo(alone(compute, teacher, weak));
        }
    }

    private static float[] alone(Compute compute, SegmentationNetwork network, Tensor images) {
        return StepHarness.floats(Torch.withoutGradient(() ->
                compute.forward(false, () -> network.forward(images, false)).logits()));
    }

    private static byte[] bytes(SegmentationNetwork network, String key) {
        Tensor tensor = network.state().get(key);
        byte[] bytes = new byte[(int) tensor.nbytes()];
        new org.bytedeco.javacpp.BytePointer(tensor.data_ptr()).get(bytes);
        return bytes;
    }
}
