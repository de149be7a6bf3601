package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.config.Channels;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.device.TensorKernels.Composed;
import dev.imas.device.TensorKernels.PseudoLabels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of other channels than three: normalised, and put together as the kernel does with three. */
class ChannelTensorsTest {
    private static final Compute CPU = new Compute("cpu", Precision.FP32, true);

    @BeforeAll
    static void load() {
        Torch.load();
    }

    @Test
    void everyValueOfEveryChannelIsNormalised() {
        PictureInput input = new PictureInput(
                Channels.of(2), PixelRange.of(PixelRange.Rule.FILE), null, List.of(0.25, 0.5), List.of(0.125, 2.0));
        ByteBuffer nhwc = ByteBuffer.allocateDirect(4 * 2 * 3 * 2);
        for (int i = 0; i < 12; i++) {
            nhwc.order(ByteOrder.nativeOrder()).putFloat(4 * i, i / 12f);
        }
        try (PointerScope scope = new PointerScope()) {
            ImageTensors tensors = new ImageTensors(CPU, input);
            assertThat(tensors.bytes(1, 2, 3)).isEqualTo(48);
            Tensor found = tensors.normalized(nhwc, 1, 2, 3);
            assertThat(found.sizes().vec().get()).containsExactly(1, 2, 2, 3);
            assertThat(found.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
            float[] values = new float[12];
            found.contiguous().data_ptr_float().get(values);
            for (int p = 0; p < 6; p++) {
                assertThat(values[p]).isCloseTo((2 * p / 12f - 0.25f) / 0.125f, within(1e-6f));
                assertThat(values[6 + p]).isCloseTo(((2 * p + 1) / 12f - 0.5f) / 2, within(1e-6f));
            }
            assertThat(nhwc.getFloat(4)).isEqualTo(1 / 12f); // the buffer is not normalised in place
        }
    }

    /** Three channels through the kernel; the same with further copies of them by libtorch. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void batchesAreThoseOfTheKernel(boolean includeWeak) {
        try (PointerScope scope = new PointerScope()) {
            TensorKernels kernels = new TensorKernels(CPU);
            Tensor labeled = images(2);
            Tensor weak = images(3);
            Tensor strong = images(3);
            Tensor gamma = CPU.upload(new float[] {0, 0.3f, 1}, 3).view(3, 1, 1, 1);
            Tensor pairing = CPU.upload(new int[] {2, 0, 1}, 3).view(3, 1, 1, 1);
            Tensor boxes = CPU.upload(new int[] {0, 0, 5, 7, 1, 2, 3, 4, 2, 2, 2, 6}, 12)
                    .view(3, 1, 1, 4);
            PseudoLabels pseudo =
                    new PseudoLabels(numbers(3, 1).mul(new Scalar(9)).to(ScalarType.Byte), numbers(3, 1), null);
            Composed three = kernels.composeMixed(labeled, weak, strong, gamma, pairing, boxes, includeWeak, pseudo);
            Composed six = kernels.composeMixed(
                    twice(labeled), twice(weak), twice(strong), gamma, pairing, boxes, includeWeak, pseudo);
            assertThat(six.batch().size(1)).isEqualTo(6);
            assertThat(distance(six.batch(), twice(three.batch()))).isLessThan(1e-6f);
            assertThat(torch.equal(six.labels(), three.labels())).isTrue();
            assertThat(torch.equal(six.confidence(), three.confidence())).isTrue();
            for (Tensor share : new Tensor[] {gamma, null}) {
                Tensor plain = kernels.compose(labeled, weak, strong, share, includeWeak);
                Tensor more = kernels.compose(twice(labeled), twice(weak), twice(strong), share, includeWeak);
                assertThat(distance(more, twice(plain))).isLessThan(1e-6f);
            }
        }
    }

    private static Tensor images(int n) {
        return numbers(n, 3);
    }

    /** Seeded numbers in [0,1): f32 [n,channels,5,7]. */
    private static Tensor numbers(int n, int channels) {
        Rng rng = Rng.of(n, "numbers");
        float[] values = new float[n * channels * 35];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rng.uniform();
        }
        return CPU.upload(values, n, channels, 5, 7);
    }

    private static float distance(Tensor a, Tensor b) {
        assertThat(a.sizes().vec().get()).containsExactly(b.sizes().vec().get());
        return a.sub(b).abs().max().item_float();
    }

    private static Tensor twice(Tensor images) {
        return torch.cat(new TensorVector(images, images), 1);
    }
}
