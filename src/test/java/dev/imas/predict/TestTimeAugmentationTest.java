package dev.imas.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.softmax;

import dev.imas.device.Torch;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On a network that tells where in what it is shown a value lies. */
class TestTimeAugmentationTest {
    private static final int HEIGHT = 3;
    private static final int WIDTH = 5;

    @BeforeAll
    static void load() {
        Torch.load();
    }

    /** [1,1,h,w] to logits [1,2,h,w]: 0, and the value times a number that depends on the place. */
    private static final UnaryOperator<Tensor> NETWORK = images -> {
        int height = (int) images.size(2);
        int width = (int) images.size(3);
        float[] in = floats(images);
        float[] out = new float[2 * in.length];
        for (int i = 0; i < in.length; i++) {
            out[in.length + i] = in[i] * place(i % width, i / width, width, height);
        }
        return Tensor.create(out, 1, 2, height, width);
    };

    private static float place(int x, int y, int width, int height) {
        return 0.1f * (1 + x + 3 * y) / (width + 2 * height);
    }

    /** A position by what it does to a place: where the pixel (x,y) of the picture is shown. */
    private record Shown(int x, int y, int width, int height) {}

    private static Shown shown(TestTimeAugmentation kind, int position, int x, int y) {
        boolean turned = kind == TestTimeAugmentation.D4 && position >= 4;
        int width = turned ? HEIGHT : WIDTH;
        int height = turned ? WIDTH : HEIGHT;
        int column = turned ? y : x;
        int row = turned ? x : y;
        boolean mirrored = position % 2 == 1;
        boolean upsideDown = position / 2 % 2 == 1;
        return new Shown(mirrored ? width - 1 - column : column, upsideDown ? height - 1 - row : row, width, height);
    }

    /** The mean of the probabilities in every position, pixel by pixel, as it reads; of an odd size. */
    @ParameterizedTest
    @EnumSource(TestTimeAugmentation.class)
    void isTheMeanOfWhatIsSeenInEveryPosition(TestTimeAugmentation kind) {
        float[] values = new float[WIDTH * HEIGHT];
        for (int i = 0; i < values.length; i++) {
            values[i] = 7 * i % 11 - 5;
        }
        try (PointerScope scope = new PointerScope()) {
            List<UnaryOperator<Tensor>> passes = kind.passes(NETWORK);
            assertThat(passes).hasSize(kind.passes());
            Tensor images = Tensor.create(values, 1, 1, HEIGHT, WIDTH);
            float[] found = floats(softmax(AveragedPasses.of(passes).apply(images), 1));
            Set<Shown> different = new HashSet<>();
            for (int i = 0; i < values.length; i++) {
                double expected = 0;
                for (int position = 0; position < kind.passes(); position++) {
                    Shown at = shown(kind, position, i % WIDTH, i / WIDTH);
                    different.add(i == 0 ? at : shown(kind, position, 0, 0));
                    expected += 1 / (1 + Math.exp(-values[i] * place(at.x, at.y, at.width, at.height)));
                }
                assertThat(found[values.length + i]).isCloseTo((float) (expected / kind.passes()), within(1e-6f));
            }
            assertThat(different).hasSize(kind.passes());
        }
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        tensor.contiguous().data_ptr_float().get(values);
        return values;
    }
}
