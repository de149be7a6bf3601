package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Head;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.nn.SegmentationNetwork.Output;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class DinoDptTest {
    private static final int CLASSES = 5;

    private static DinoDpt tiny(boolean frozen) {
        return new DinoDpt(
                Networks.spec(Backbone.VIT_TINY, Stem.DEEP, 16, false)
                        .with(network -> network.head(Head.DPT).freezeEncoder(frozen)),
                3,
                CLASSES,
                1);
    }

    @Test
    void logitsAreAtEightPixelsAPatchAndTrainingChangesNothing() {
        try (PointerScope scope = new PointerScope();
                DinoDpt network = tiny(false)) {
            Torch.withoutGradient(() -> {
                Tensor images = Networks.images(2, 28, 42);
                Tensor evaluated = network.forward(images, false).logits();
                assertThat(evaluated.shape()).containsExactly(2, CLASSES, 16, 24);
                assertThat(torch.equal(evaluated, network.forward(images, true).logits()))
                        .isTrue();
                assertThat(network.features(images).shape()).containsExactly(2, network.featureChannels(), 2, 3);
                Output one = network.forward(images.narrow(0, 1, 1), false);
                assertThat(Networks.relativeDistance(
                                Networks.values(one.logits()), Networks.values(evaluated.narrow(0, 1, 1))))
                        .isLessThan(1e-5);
            });
            assertThat(network.buffers()).isEmpty();
            assertThat(network.state()).hasSameSizeAs(network.parameters());
        }
    }

    @Test
    void aPictureThatCannotBeCutIntoPatchesIsRefusedWithTheNearestThatCan() {
        try (PointerScope scope = new PointerScope();
                DinoDpt network = tiny(false)) {
            assertThatThrownBy(() -> network.forward(Networks.images(1, 30, 47), false))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("47x30")
                    .hasMessageContaining("multiples of 14, such as 42x28");
        }
    }

    @Test
    void factorsActOnChannelsOfEachImageByItself() {
        try (PointerScope scope = new PointerScope();
                DinoDpt network = tiny(false)) {
            Torch.withoutGradient(() -> {
                Tensor images = Networks.images(2, 28, 28);
                Tensor factors =
                        torch.ones(new long[] {2, network.featureChannels()}, new TensorOptions(ScalarType.Float));
                Tensor plain = network.forward(images, false).logits();
                assertThat(torch.equal(
                                plain, network.forward(images, true, factors).logits()))
                        .isTrue();
                factors.select(0, 1).narrow(0, 0, 10).zero_();
                Tensor dropped = network.forward(images, true, factors).logits();
                assertThat(torch.equal(plain.select(0, 0), dropped.select(0, 0)))
                        .isTrue();
                assertThat(torch.equal(plain.select(0, 1), dropped.select(0, 1)))
                        .isFalse();
                assertThatThrownBy(() -> network.forward(images, true, factors.narrow(1, 0, 3)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("[2, 48]");
            });
        }
    }

    @Test
    void ofAFrozenEncoderNothingIsKeptForTheBackwardPass() {
        try (PointerScope scope = new PointerScope();
                DinoDpt network = tiny(true)) {
            boolean[] recorded = new boolean[1];
            Tensor logits = network.forward(
                            Networks.images(1, 28, 28),
                            null,
                            (name, tensor) -> recorded[0] |= name.startsWith("features") && tensor.requires_grad())
                    .logits();
            logits.mean().backward();
            assertThat(recorded[0]).isFalse();
            network.parameters().forEach((key, parameter) -> {
                boolean unused = key.contains("refinenet4.resConfUnit1");
                assertThat(parameter.grad().defined())
                        .as(key)
                        .isEqualTo(!SegmentationNetwork.ofEncoder(key) && !unused);
            });
            network.requireGradients(false);
            assertThat(network.parameters().values()).noneMatch(Tensor::requires_grad);
        }
    }

    @Test
    void inBf16AndChannelsLastItGivesNearlyTheSameForwardAndBack() {
        try (PointerScope scope = new PointerScope();
                DinoDpt network = tiny(false)) {
            Tensor images = Networks.images(2, 28, 42);
            float[] exact = Torch.withoutGradient(
                    () -> Networks.values(network.forward(images, true).logits()));
            network.channelsLast();
            Compute half = new Compute("cpu", Precision.BF16, true);
            Tensor logits =
                    half.forward(true, () -> network.forward(images, true)).logits();
            assertThat(Networks.relativeDistance(Networks.values(logits), exact))
                    .isBetween(1e-4, 0.05);
            logits.to(ScalarType.Float).pow(new Scalar(2)).mean().backward();
            Tensor gradient = network.parameters().get("backbone.pos_embed").grad();
            assertThat(gradient.isfinite().all().item_bool()).isTrue();
            assertThat(gradient.abs().sum(new ScalarTypeOptional()).item_double())
                    .isPositive();
        }
    }

    @Test
    void firstValuesAreDinov2s() {
        try (DinoDpt network = tiny(false)) {
            float[] weights = Networks.values(network.state().get("backbone.blocks.1.mlp.fc1.weight"));
            double squares = 0;
            for (float w : weights) {
                squares += w * w;
            }
            assertThat(Math.sqrt(squares / weights.length)).isCloseTo(0.02, within(0.001));
            assertThat(Networks.values(network.state().get("backbone.blocks.0.ls2.gamma")))
                    .containsOnly(1);
            assertThat(Networks.values(network.state().get("backbone.mask_token")))
                    .containsOnly(0);
            // Uniform within 1/sqrt(fan-in), of a transposed convolution counted by its outputs.
            double bound = 1 / Math.sqrt(8 * 16);
            float largest = 0;
            for (float w : Networks.values(network.state().get("head.resize_layers.0.weight"))) {
                largest = Math.max(largest, Math.abs(w));
            }
            assertThat((double) largest).isBetween(0.98 * bound, bound);
        }
    }

    /** Bicubic with a = -0.75, neighbours repeated at the border, steps by the enlarged factor: in plain doubles. */
    @Test
    void positionsAreResizedByTheirFormula() {
        int side = 4;
        int width = 3;
        float[] table = new float[(1 + side * side) * width];
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) Math.sin(1.7 * i);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor stored = torch.tensor(table).view(1, 1 + side * side, width);
            assertThat(PositionTable.resized(stored, 4, 4).data_ptr().address())
                    .isEqualTo(stored.data_ptr().address());
            for (int[] grid : List.of(new int[] {3, 5}, new int[] {4, 6}, new int[] {1, 2}, new int[] {9, 4})) {
                float[] found = Networks.values(PositionTable.resized(stored, grid[0], grid[1]));
                assertThat(Arrays.copyOf(found, width)).containsExactly(Arrays.copyOf(table, width));
                for (int y = 0; y < grid[0]; y++) {
                    for (int x = 0; x < grid[1]; x++) {
                        for (int c = 0; c < width; c++) {
                            double expected = 0;
                            double[] rows = taps(y, side / (grid[0] + 0.1));
                            double[] columns = taps(x, side / (grid[1] + 0.1));
                            for (int i = 0; i < 4; i++) {
                                for (int j = 0; j < 4; j++) {
                                    int row = Math.min(Math.max((int) rows[4] + i, 0), side - 1);
                                    int column = Math.min(Math.max((int) columns[4] + j, 0), side - 1);
                                    expected += rows[i] * columns[j] * table[(1 + row * side + column) * width + c];
                                }
                            }
                            assertThat((double) found[(1 + y * grid[1] + x) * width + c])
                                    .as("%s of %s", y, Arrays.toString(grid))
                                    .isCloseTo(expected, within(1e-5));
                        }
                    }
                }
            }
        }
    }

    /** Four weights, and the first neighbour. */
    private static double[] taps(int place, double step) {
        double source = (place + 0.5) * step - 0.5;
        double t = source - Math.floor(source);
        return new double[] {cubic(1 + t), cubic(t), cubic(1 - t), cubic(2 - t), Math.floor(source) - 1};
    }

    private static double cubic(double d) {
        double a = -0.75;
        return d <= 1 ? (a + 2) * d * d * d - (a + 3) * d * d + 1 : a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a;
    }
}
