package dev.imas.semi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.Bilinear;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code unsupervised.ignore_padding} against a step of unimatch_v2 that is written out pixel by pixel. */
class PaddingRuleTest {
    private static final Compute CPU = new Compute("cpu", Precision.FP32, false);
    private static final int SIDE = 28;
    private static final int PIXELS = SIDE * SIDE;
    /** Between most and none of the confidences that a fresh network has for 21 classes. */
    private static final double THRESHOLD = 0.0611;
    /** Rows and columns of each of the two crops that its picture covers. */
    private static final int[][] COVERED = {{20, 28}, {28, 11}};
    /** Of either view, of either image; the second view of the second image has none. */
    private static final int[][][] BOXES = {{{3, 5, 25, 20}, {0, 0, 14, 28}}, {{10, 2, 27, 26}, {0, 0, 0, 0}}};

    @BeforeAll
    static void load() {
        Torch.load();
    }

    /** In one piece, and in two whose sums must be those of the whole. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void onlyPixelsOfPicturesCountAndAreCounted(int pieces) {
        ImasConfig config = config(pieces);
        try (PointerScope scope = new PointerScope();
                StepAssembly assembly = StepAssembly.create(config, CPU, student -> {})) {
            torch.manual_seed(3);
            Tensor weak = torch.rand(2, 3, SIDE, SIDE).mul_(new Scalar(4.0));
            Tensor strong = torch.rand(4, 3, SIDE, SIDE).mul_(new Scalar(4.0));
            Tensor labels = torch.zeros(new long[] {2, 1, SIDE, SIDE}, new TensorOptions(ScalarType.Byte));
            double expected = Torch.withoutGradient(() -> plain(assembly, weak, strong));
            StepInput input = new StepInput.SemiSupervised(weak, labels, weak, strong, Optional.of(covered()));
            StepResult.SemiSupervised found =
                    (StepResult.SemiSupervised) assembly.step().run(input, new Draws(), 0, 0.5);
            assertThat(found.lossUnsup().item_double()).isCloseTo(expected, within(1e-5 * expected));
        }
    }

    private static ImasConfig config(int pieces) {
        Map<String, Object> layers = ConfigYaml.preset("voc-92-dinov2s");
        ConfigYaml.set(layers, "network.backbone=vit-tiny");
        ConfigYaml.set(layers, "unsupervised.feature_dropout=false");
        ConfigYaml.set(layers, "unsupervised.threshold", THRESHOLD);
        ConfigYaml.set(layers, "training.accumulate", pieces);
        return ConfigYaml.resolve(layers);
    }

    /** Boxes by area as they stand above. */
    private static final class Draws extends StepHarness.Draws {
        @Override
        public int[][] areas(int view, int count, int height, int width, double probability) {
            return BOXES[view];
        }
    }

    private static Tensor covered() {
        return CPU.upload(
                new int[] {0, 0, COVERED[0][0], COVERED[0][1], 0, 0, COVERED[1][0], COVERED[1][1]}, 2, 1, 1, 4);
    }

    /** The mean over the views of what section 6 of the published step adds up, pixel after pixel. */
    private static double plain(StepAssembly assembly, Tensor weak, Tensor strong) {
        Tensor said = Bilinear.enlarged(
                        assembly.teacher().network().forward(weak, false).logits(), SIDE, SIDE)
                .softmax(1L);
        float[] confidence = StepHarness.floats(said.amax(new long[] {1}, false));
        float[] label = StepHarness.floats(said.argmax(new LongOptional(1), false));
        double views = 0;
        int kept = 0;
        int padded = 0;
        for (int view = 0; view < 2; view++) {
            float[] logs = logs(assembly, mixed(strong.narrow(0, 2L * view, 2), BOXES[view]));
            double sum = 0;
            long valid = 0;
            for (int image = 0; image < 2; image++) {
                for (int p = 0; p < PIXELS; p++) {
                    int from = inside(BOXES[view][image], p) ? 1 - image : image;
                    if (p / SIDE >= COVERED[from][0] || p % SIDE >= COVERED[from][1]) {
                        padded++;
                        continue;
                    }
                    valid++;
                    if (confidence[from * PIXELS + p] >= (float) THRESHOLD) {
                        kept++;
                        int c = (int) label[from * PIXELS + p];
                        sum -= logs[(image * 21 + c) * PIXELS + p];
                    }
                }
            }
            views += sum / valid / 2;
        }
        assertThat(kept).isBetween(200, 4 * PIXELS - padded - 200);
        return views;
    }

    private static boolean inside(int[] box, int p) {
        int y = p / SIDE;
        int x = p % SIDE;
        return y >= box[0] && y < box[2] && x >= box[1] && x < box[3];
    }

    private static float[] logs(StepAssembly assembly, Tensor images) {
        Tensor logits = assembly.student().forward(images, true).logits();
        return StepHarness.floats(Bilinear.enlarged(logits, SIDE, SIDE).log_softmax(1L));
    }

    private static Tensor mixed(Tensor images, int[][] boxes) {
        float[] from = StepHarness.floats(images);
        float[] to = from.clone();
        for (int image = 0; image < 2; image++) {
            for (int k = 0; k < 3 * PIXELS; k++) {
                if (inside(boxes[image], k % PIXELS)) {
                    to[image * 3 * PIXELS + k] = from[(1 - image) * 3 * PIXELS + k];
                }
            }
        }
        return torch.tensor(to).view(2, 3, SIDE, SIDE);
    }
}
