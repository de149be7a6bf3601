package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.device.Convolutions;
import dev.imas.device.Convolutions.Window;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One convolution by the kernels beside libtorch's, with what it costs its surroundings. */
class KernelConvolutionTest {
    /** Of the largest value. */
    private static final double TOLERANCE = 1e-5;

    /** As many planes as channels, and others; the images are used twice, so that gradients add up. */
    @ParameterizedTest
    @CsvSource({"64, 64, 1, false", "96, 64, 1, false", "32, 80, 2, true", "48, 48, 3, true"})
    void resultAndGradientsAreLibtorchs(int channels, int planes, int dilation, boolean bias) {
        List<float[]> expected = computed(channels, planes, dilation, bias, false);
        List<float[]> found = computed(channels, planes, dilation, bias, true);
        assertThat(Arrays.equals(found.get(0), expected.get(0)))
                .as("computed by the same code")
                .isFalse();
        for (int i = 0; i < expected.size(); i++) {
            Networks.assertNear(
                    List.of("result", "images", "weights", "bias").get(i), found.get(i), expected.get(i), TOLERANCE);
        }
    }

    /** Beside double precision the kernels lose about twice what libtorch loses; little where little is summed. */
    @ParameterizedTest
    @CsvSource({"64, 64, 1", "160, 96, 1", "256, 128, 2"})
    void roundsAFewTimesAsMuchAsLibtorch(int channels, int planes, int dilation) {
        try (PointerScope scope = new PointerScope()) {
            Window window = new Window(1, dilation, dilation);
            torch.manual_seed(7);
            Tensor images = channelsLast(torch.randn(8, channels, 25, 24).relu());
            Tensor weights = channelsLast(torch.randn(planes, channels, 3, 3));
            Tensor gradient = channelsLast(torch.randn(8, planes, 25, 24));
            List<Tensor> kernels = List.of(
                    Convolutions.result(images, weights, null, window, false),
                    Convolutions.imagesGradient(gradient, weights, window, 25, 24),
                    Convolutions.weightsGradient(images, gradient, weights, window));
            List<Tensor> libtorch = byLibtorch(images, gradient, weights, window);
            List<Tensor> exact = exactly(images, gradient, weights, window);
            for (int i = 0; i < exact.size(); i++) {
                double allowed = Math.max(3 * off(libtorch.get(i), exact.get(i)), 2e-6);
                assertThat(off(kernels.get(i), exact.get(i))).isPositive().isLessThan(allowed);
            }
        }
    }

    /** Of any taps, as products of matrices, which round no more than libtorch's. */
    @ParameterizedTest
    @CsvSource({
        "64, 96, 1, 1, 0, 1",
        "64, 96, 1, 2, 0, 1",
        "3, 40, 7, 2, 3, 1",
        "48, 33, 3, 2, 1, 1",
        "32, 24, 3, 1, 6, 6"
    })
    void anyWindowIsLibtorchs(int channels, int planes, int taps, int stride, int padding, int dilation) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(7);
            Window window = new Window(stride, padding, dilation);
            Tensor images = channelsLast(torch.randn(2, channels, 13, 10));
            Tensor weights = channelsLast(torch.randn(planes, channels, taps, taps));
            Tensor bias = torch.randn(planes);
            Tensor result = Convolutions.result(images, weights, bias, window, false);
            Tensor gradient = channelsLast(torch.randn_like(result));
            List<Tensor> kernels = List.of(
                    result.sub(bias.view(1, -1, 1, 1)),
                    Convolutions.imagesGradient(gradient, weights, window, 13, 10),
                    Convolutions.weightsGradient(images, gradient, weights, window));
            List<Tensor> exact = exactly(images, gradient, weights, window);
            for (int i = 0; i < exact.size(); i++) {
                assertThat(kernels.get(i).shape()).isEqualTo(exact.get(i).shape());
                assertThat(off(kernels.get(i), exact.get(i))).isLessThan(5e-7);
            }
            Tensor rectified = Convolutions.result(images, weights, bias, window, true);
            assertThat(rectified.equal(result.relu())).isTrue();
            Tensor sum = channelsLast(torch.randn_like(result));
            Tensor expected = sum.add(result).relu();
            Convolutions.addTo(sum, images, weights, bias, window);
            assertThat(off(sum, expected)).isLessThan(5e-7);
        }
    }

    private static Tensor channelsLast(Tensor tensor) {
        return tensor.contiguous(MemoryFormat.ChannelsLast);
    }

    private static List<Tensor> exactly(Tensor images, Tensor gradient, Tensor weights, Window window) {
        return byLibtorch(
                images.to(ScalarType.Double), gradient.to(ScalarType.Double), weights.to(ScalarType.Double), window);
    }

    /** Result, and gradients of images and weights. */
    private static List<Tensor> byLibtorch(Tensor images, Tensor gradient, Tensor weights, Window window) {
        long[] stride = {window.stride(), window.stride()};
        long[] padding = {window.padding(), window.padding()};
        long[] dilation = {window.dilation(), window.dilation()};
        Tensor result = torch.conv2d(images, weights, new TensorOptional(), stride, padding, dilation, 1);
        BoolPointer wanted = new BoolPointer(3).put(0, true).put(1, true).put(2, false);
        var both = torch.convolution_backward(
                gradient,
                images,
                weights,
                new long[] {0},
                stride,
                padding,
                dilation,
                false,
                new long[] {0, 0},
                1,
                wanted);
        return List.of(result, both.get0(), both.get1());
    }

    /** The length of the difference, of the whole. */
    private static double off(Tensor found, Tensor exact) {
        return found.to(ScalarType.Double).sub(exact).norm().item_double()
                / exact.norm().item_double();
    }

    /** Result and gradients of images, weights and bias. */
    private static List<float[]> computed(int channels, int planes, int dilation, boolean bias, boolean kernels) {
        try (StateBuilder state = new StateBuilder(5);
                PointerScope scope = new PointerScope()) {
            if (kernels) {
                state.useKernels();
            }
            Convolution convolution =
                    new Convolution(state, Convolution.Role.DECODER, "c", channels, planes, 3, 1, dilation, bias);
            Tensor weights = state.parameters().get("c.weight");
            weights.set_data(weights.contiguous(MemoryFormat.ChannelsLast));
            torch.manual_seed(3);
            Tensor images = torch.randn(6, channels, 21, 24)
                    .contiguous(MemoryFormat.ChannelsLast)
                    .set_requires_grad(true);
            Tensor seen = images.relu();
            Tensor result = convolution.forward(seen, true);
            Tensor both = torch.cat(new TensorVector(result.sin(), seen), 1);
            torch.backward(
                    new TensorVector(both),
                    new TensorVector(both.detach().cos()),
                    new BoolOptional(),
                    false,
                    new TensorVector());
            assertThat(result.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
            List<float[]> three =
                    List.of(Networks.values(result), Networks.values(images.grad()), Networks.values(weights.grad()));
            return bias
                    ? List.of(
                            three.get(0),
                            three.get(1),
                            three.get(2),
                            Networks.values(state.parameters().get("c.bias").grad()))
                    : three;
        }
    }
}
