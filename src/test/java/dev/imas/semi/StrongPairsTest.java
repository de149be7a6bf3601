package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.device.Torch;
import dev.imas.nn.Bilinear;
import dev.imas.nn.SegmentationNetwork;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code method: unimatch_v2}: its batch, and steps of a small transformer. */
class StrongPairsTest {
    private static final Compute CPU = new Compute("cpu", Precision.FP32, false);

    @BeforeAll
    static void load() {
        Torch.load();
    }

    private static ImasConfig config(String... settings) {
        Map<String, Object> layers = ConfigYaml.preset("voc-92-dinov2s");
        ConfigYaml.set(layers, "network.backbone=vit-tiny");
        for (String setting : settings) {
            ConfigYaml.set(layers, setting);
        }
        return ConfigYaml.resolve(layers);
    }

    @Test
    void eachViewReceivesFromTheReversedBatchInsideItsOwnBoxes() {
        try (PointerScope scope = new PointerScope()) {
            TensorKernels kernels = new TensorKernels(CPU);
            StrongPairs pairs = StrongPairs.of(config(), kernels, CPU).orElseThrow();
            int[][][] boxes = {{{1, 2, 5, 6}, {0, 0, 0, 0}}, {{0, 0, 0, 0}, {0, 0, 28, 28}}};
            StepDraws draws = new StepHarness.Draws() {
                @Override
                public int[][] areas(int view, int count, int height, int width, double probability) {
                    assertThat(probability).isEqualTo(0.5);
                    return boxes[view];
                }
            };
            Tensor labeled = filled(9, 1);
            Tensor strong = torch.cat(new TensorVector(filled(1, 1), filled(2, 1), filled(3, 1), filled(4, 1)), 0);
            PseudoLabels targets = new PseudoLabels(
                    torch.cat(new TensorVector(labels(5), labels(6)), 0),
                    torch.cat(new TensorVector(map(0.5f), map(0.6f)), 0),
                    null);
            StudentBatch batch = pairs.compose(
                    new StepInput.SemiSupervised(labeled, labels(0), filled(0, 2), strong), draws, targets);
            assertThat(batch.images().shape()).containsExactly(5, 3, 28, 28);
            assertThat(at(batch.images(), 0, 3, 3)).isEqualTo(9);
            assertThat(at(batch.images(), 1, 4, 5)).isEqualTo(2); // inside the first one's box: the second
            assertThat(at(batch.images(), 1, 5, 5)).isEqualTo(1); // the end is outside
            assertThat(at(batch.images(), 2, 4, 5)).isEqualTo(2);
            assertThat(at(batch.images(), 3, 4, 5)).isEqualTo(3);
            assertThat(at(batch.images(), 4, 4, 5)).isEqualTo(3);
            StudentBatch.View first = batch.views().get(0);
            assertThat(at(first.labels(), 0, 4, 5)).isEqualTo(6);
            assertThat(at(first.labels(), 0, 0, 0)).isEqualTo(5);
            assertThat(at(batch.views().get(1).confidence(), 1, 9, 9)).isCloseTo(0.5, within(1e-6));
            assertThat(batch.views().get(1).images()).isEqualTo(new Span(3, 2));
        }
    }

    private static Tensor filled(double value, long count) {
        return torch.full(new long[] {count, 3, 28, 28}, new Scalar(value), new TensorOptions(ScalarType.Float));
    }

    private static Tensor map(float value) {
        return torch.full(new long[] {1, 1, 28, 28}, new Scalar(value), new TensorOptions(ScalarType.Float));
    }

    private static Tensor labels(int value) {
        return torch.full(new long[] {1, 1, 28, 28}, new Scalar(value), new TensorOptions(ScalarType.Byte));
    }

    private static double at(Tensor t, long image, long y, long x) {
        return t.select(0, image).select(0, 0).select(0, y).select(0, x).item_double();
    }

    @Test
    void boxesHaveTheirAreaAndLieInside() {
        Rng rng = Rng.of(1, "boxes");
        for (int i = 0; i < 500; i++) {
            int[] box = CutMixBoxes.byArea(rng, 98, 70);
            double share = (box[2] - box[0]) * (double) (box[3] - box[1]) / (98 * 70);
            assertThat(share).isBetween(0.01, 0.4);
            assertThat(box[0]).isNotNegative();
            assertThat(box[2]).isLessThanOrEqualTo(98);
            assertThat(box[3]).isLessThanOrEqualTo(70);
        }
    }

    @Test
    void stepsOfATransformerLearnAndTheirLossIsThatOfTheEnlargedLogits() {
        ImasConfig config = config("training.lr=0.001", "training.head_lr_multiplier=1", "unsupervised.threshold=0.0");
        try (PointerScope scope = new PointerScope();
                StepAssembly assembly = StepAssembly.create(config, CPU, student -> {})) {
            Tensor labeled = torch.rand(2, 3, 28, 42);
            Tensor labels = torch.full(new long[] {2, 1, 28, 42}, new Scalar(3), new TensorOptions(ScalarType.Byte));
            Tensor weak = torch.rand(2, 3, 28, 42);
            StepInput input =
                    new StepInput.SemiSupervised(labeled, labels, weak, torch.cat(new TensorVector(weak, weak), 0));
            double entropy = Torch.withoutGradient(() -> entropy(assembly.student(), labeled));
            double[] losses = new double[6];
            for (int step = 0; step < losses.length; step++) {
                StepResult.SemiSupervised result = (StepResult.SemiSupervised)
                        assembly.step().run(input, SeededDraws.of(config, step), 0.001, 0.5);
                losses[step] = result.lossSup().item_double();
                assertThat(result.views()).hasSize(2);
            }
            assertThat(losses[0]).isCloseTo(entropy, within(1e-5));
            assertThat(losses[5]).isLessThan(0.7 * losses[0]);
        }
    }

    /** Mean of -log p of class 3 over the pixels of the logits that libtorch enlarges: 16x24 to 28x42. */
    private static double entropy(SegmentationNetwork network, Tensor images) {
        Tensor logits = network.forward(images, false).logits();
        return -Bilinear.enlarged(logits, images.size(2), images.size(3))
                .log_softmax(1L)
                .select(1, 3)
                .mean()
                .item_double();
    }

    @Test
    void whatATransformerCannotDoIsRefused() {
        assertThatThrownBy(() -> config("network.backbone=resnet18", "network.head=deeplabv3plus"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("unsupervised.feature_dropout is true");
        assertThatThrownBy(() -> config("augment.crop=[518, 500]"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("augment.crop[1] is 500")
                .hasMessageContaining("490 or 504");
        assertThatThrownBy(() -> config("network.head=deeplabv3plus"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("network.head is deeplabv3plus")
                .hasMessageContaining("dpt");
    }
}
