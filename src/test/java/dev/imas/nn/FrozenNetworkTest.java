package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Convolving;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.device.Compute;
import dev.imas.device.Convolutions;
import dev.imas.device.Torch;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrozenNetworkTest {
    private static final Compute CPU = new Compute("cpu", Precision.FP32, true);
    private static final double ROUNDING = 1e-5;

    @ParameterizedTest
    @CsvSource({"TINY, DEEP, 16, true", "RESNET18, CONV7, 8, false", "RESNET50, DEEP, 16, false"})
    void answersAsBefore(Backbone backbone, Stem stem, int stride, boolean auxiliary) {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork learned = learned(backbone, stem, stride, auxiliary);
                SegmentationNetwork frozen = SegmentationNetwork.undrawn(
                        Networks.spec(backbone, stem, stride, auxiliary), SegmentationNetwork.RGB, 5)) {
            frozen.copyStateFrom(learned);
            learned.placed(CPU);
            frozen.placed(CPU);
            frozen.useKernels(Convolving.AUTO, CPU);
            frozen.freeze(CPU);
            Torch.withoutGradient(() -> {
                // The second of a size reorders the weights, the third finds them so, the others do not fit them; the
                // last one is large enough for the kernels, where these are faster.
                for (int[] size :
                        new int[][] {{40, 56}, {40, 56}, {40, 56}, {33, 47}, {64, 24}, {64, 24}, {320, 352}}) {
                    Tensor images = Networks.images(1, size[0], size[1]);
                    SegmentationNetwork.Output expected = learned.forward(images, false);
                    SegmentationNetwork.Output found = frozen.forward(images, false);
                    assertClose(found.logits(), expected.logits());
                    if (auxiliary) {
                        assertClose(found.auxiliary(), expected.auxiliary());
                    }
                }
                Tensor images = Networks.images(2, 32, 48);
                assertClose(frozen.features(images), learned.features(images));
                assertClose(frozen.part(images, Surroundings.NONE), learned.part(images, Surroundings.NONE));
            });
        }
    }

    @Test
    void kernelsAreUsedWhereTheSettingsAllowThem() {
        assumeTrue(Convolutions.faster(), "the kernels are not for this processor");
        float[] libtorch = answer(Convolving.LIBTORCH);
        assertThat(Arrays.equals(libtorch, answer(Convolving.LIBTORCH))).isTrue();
        assertThat(Arrays.equals(libtorch, answer(Convolving.AUTO))).isFalse();
    }

    private static float[] answer(Convolving convolving) {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network =
                        SegmentationNetwork.create(Networks.spec(Backbone.RESNET18, Stem.CONV7, 8, false), 5, 1)) {
            network.placed(CPU);
            network.useKernels(convolving, CPU);
            network.freeze(CPU);
            return Torch.withoutGradient(() -> Networks.values(
                    network.forward(Networks.images(1, 320, 352), false).logits()));
        }
    }

    /** As on machines where oneDNN is switched off: its operators are not reached then. */
    @Test
    void withoutOneDnnAFrozenNetworkAnswersAsBefore() {
        boolean before = torch.globalContext().userEnabledMkldnn();
        torch.globalContext().setUserEnabledMkldnn(false);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = Networks.tiny(3, 1)) {
            network.placed(CPU);
            Tensor images = Networks.images(1, 40, 56);
            Tensor learned =
                    Torch.withoutGradient(() -> network.forward(images, false).logits());
            network.freeze(CPU);
            Tensor frozen =
                    Torch.withoutGradient(() -> network.forward(images, false).logits());
            assertThat(frozen.equal(learned)).isTrue();
        } finally {
            torch.globalContext().setUserEnabledMkldnn(before);
        }
    }

    /** There the kernels fuse what oneDNN would. */
    @Test
    void withoutOneDnnTheKernelsAnswerAsBefore() {
        assumeTrue(Convolutions.faster(), "the kernels are not for this processor");
        boolean before = torch.globalContext().userEnabledMkldnn();
        torch.globalContext().setUserEnabledMkldnn(false);
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork learned = learned(Backbone.RESNET18, Stem.CONV7, 8, true)) {
            learned.placed(CPU);
            Tensor images = Networks.images(2, 40, 56);
            SegmentationNetwork.Output expected = Torch.withoutGradient(() -> learned.forward(images, false));
            learned.useKernels(Convolving.AUTO, CPU);
            learned.freeze(CPU);
            SegmentationNetwork.Output found = Torch.withoutGradient(() -> learned.forward(images, false));
            assertThat(found.logits().equal(expected.logits())).isFalse();
            assertClose(found.logits(), expected.logits());
            assertClose(found.auxiliary(), expected.auxiliary());
        } finally {
            torch.globalContext().setUserEnabledMkldnn(before);
        }
    }

    @Test
    void learnsNoMore() {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = Networks.tiny(3, 1)) {
            network.placed(CPU).freeze(CPU);
            Tensor images = Networks.images(2, 32, 32);
            assertThatThrownBy(() -> network.forward(images, true)).hasMessageContaining("learns no more");
        }
    }

    /** The parts that start as 0 and 1, at other values: every norm counts. */
    private static SegmentationNetwork learned(Backbone backbone, Stem stem, int stride, boolean auxiliary) {
        SegmentationNetwork network =
                SegmentationNetwork.create(Networks.spec(backbone, stem, stride, auxiliary), 5, 1);
        Networks.stir(network);
        return network;
    }

    private static void assertClose(Tensor found, Tensor expected) {
        assertThat(found.shape()).isEqualTo(expected.shape());
        double difference = found.sub(expected).abs().max().item_float();
        double largest = expected.abs().max().item_float();
        assertThat(difference / largest).isLessThan(ROUNDING);
        assertThat(largest).isPositive();
    }
}
