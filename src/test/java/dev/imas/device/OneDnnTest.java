package dev.imas.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.kernels.Kernels;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions of 1x1 taps as libtorch computes them here, of sizes that oneDNN fails at where caches are hidden. */
class OneDnnTest {
    @BeforeAll
    static void load() {
        Torch.load();
    }

    @ParameterizedTest
    @CsvSource({"16, 256, 512, 5, 1", "32, 256, 512, 9, 1", "2, 256, 512, 10, 2", "4, 512, 1024, 5, 1"})
    void convolutionsOfOneTapAreRight(long images, long in, long out, long side, long stride) {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = channelsLast(torch.randn(images, in, side, side));
            Tensor weight = channelsLast(torch.randn(out, in, 1, 1));
            Tensor expected = convolved(x.to(ScalarType.Double), weight.to(ScalarType.Double), stride);
            assertThat(off(convolved(x, weight, stride), expected)).isLessThan(1e-5);
            Tensor slopes = torch.randn_like(expected).to(ScalarType.Float);
            assertThat(off(
                            imagesGradient(channelsLast(slopes), x, weight, stride),
                            imagesGradient(
                                    slopes.to(ScalarType.Double),
                                    x.to(ScalarType.Double),
                                    weight.to(ScalarType.Double),
                                    stride)))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void saysThatOneDnnIsOffWhereCachesAreHidden() {
        assertThat(Torch.avoidsOneDnn()).isEqualTo(Kernels.cachesHidden());
        assertThat(Compute.of("cpu", Precision.FP32, Backbone.TINY).notes("cpu"))
                .hasSize(Kernels.cachesHidden() ? 1 : 0)
                .allMatch(note -> note.contains("oneDNN"));
    }

    private static Tensor convolved(Tensor x, Tensor weight, long stride) {
        long[] none = {0, 0};
        return torch.conv2d(x, weight, new TensorOptional(), new long[] {stride, stride}, none, new long[] {1, 1}, 1);
    }

    private static Tensor imagesGradient(Tensor slopes, Tensor x, Tensor weight, long stride) {
        long[] none = {0, 0};
        BoolPointer wanted = new BoolPointer(3).put(0, true).put(1, false).put(2, false);
        return torch.convolution_backward(
                        slopes,
                        x,
                        weight,
                        new long[] {0},
                        new long[] {stride, stride},
                        none,
                        new long[] {1, 1},
                        false,
                        none,
                        1,
                        wanted)
                .get0();
    }

    private static double off(Tensor found, Tensor expected) {
        return found.to(ScalarType.Double).sub(expected).abs().max().item_double()
                / expected.abs().max().item_double();
    }

    private static Tensor channelsLast(Tensor tensor) {
        return tensor.contiguous(MemoryFormat.ChannelsLast);
    }
}
