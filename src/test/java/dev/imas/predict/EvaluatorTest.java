package dev.imas.predict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.config.ImasConfig.Evaluation;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.data.ImageSource;
import dev.imas.device.Compute;
import dev.imas.device.TensorKernels;
import dev.imas.device.Torch;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EvaluatorTest {
    private static final int HEIGHT = 21;
    private static final int WIDTH = 30;

    /** One picture, black on the left and white on the right; class 1 is the white half. */
    private static final ImageSource HALVES = new ImageSource() {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public String id(int i) {
            return "halves";
        }

        @Override
        public RgbImage image(int i) {
            byte[] rgb = new byte[HEIGHT * WIDTH * 3];
            for (int p = 0; p < rgb.length; p++) {
                rgb[p] = (byte) (p / 3 % WIDTH < WIDTH / 2 ? 0 : 255);
            }
            return new RgbImage(WIDTH, HEIGHT, rgb);
        }

        @Override
        public LabelMap mask(int i) {
            byte[] labels = new byte[HEIGHT * WIDTH];
            for (int p = 0; p < labels.length; p++) {
                labels[p] = (byte) (p % WIDTH < WIDTH / 2 ? 0 : 1);
            }
            return new LabelMap(WIDTH, HEIGHT, labels);
        }
    };

    @BeforeAll
    static void load() {
        Torch.load();
    }

    @ParameterizedTest
    @EnumSource(EvaluationMode.class)
    void aReducedPictureIsJudgedAtItsOwnSize(EvaluationMode mode) {
        Compute compute = Compute.of("cpu", Precision.FP32);
        Evaluation half = ConfigYaml.defaults()
                .evaluation()
                .with(settings -> settings.mode(mode).window(8).scale(0.5));
        Evaluator evaluator = new Evaluator(compute, new TensorKernels(compute), half, 2);
        List<String> seen = new ArrayList<>();
        UnaryOperator<Tensor> brightness = images -> {
            seen.add(Arrays.toString(images.shape()));
            Tensor red = images.narrow(1, 0, 1);
            return torch.cat(new TensorVector(red.neg(), red), 1);
        };

        Confusion counts = evaluator.evaluate(HALVES, List.of(brightness)).get(0);

        assertThat(seen).contains(mode == EvaluationMode.WHOLE ? "[1, 3, 10, 15]" : "[1, 3, 8, 8]");
        assertThat(counts.truth()).containsExactly(HEIGHT * WIDTH / 2, HEIGHT * WIDTH / 2);
        assertThat(counts.meanIou(AbsentClasses.ZERO))
                .as("only the columns at the border may differ")
                .isGreaterThan(0.9);
    }
}
