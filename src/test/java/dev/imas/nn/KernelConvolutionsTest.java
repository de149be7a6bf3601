package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Head;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.device.Convolutions;
import dev.imas.device.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Passes and gradients by the kernels' convolutions and by libtorch's. */
class KernelConvolutionsTest {
    /** A bias before a norm: its gradient is 0. */
    private static final String NOTHING_BUT_ROUNDING = "decoder.low_conv.0.bias";

    /** The first one whose pass is the kernels', of images that are large enough or without oneDNN. */
    private static final String OWN = "encoder.layer1.0.conv1.weight";

    /** Strided, dilated, with bias, auxiliary head. */
    private static DeepLabV3Plus network() {
        DeepLabV3Plus network = new DeepLabV3Plus(Networks.spec(Backbone.RESNET18, Stem.CONV7, 16, true), 3, 7);
        torch.manual_seed(9);
        Networks.stir(network);
        network.channelsLast();
        return network;
    }

    /** Of images so small that no convolution falls into few enough tiles for minimal filtering. */
    @Test
    void gradientsAreTheSame() {
        boolean own = !Torch.usesOneDnn(); // all but the stem are the kernels' then, and their rounding turns ReLUs
        compare(images(2, 33, 40), own ? 1e-3 : 2e-5, KernelConvolutionsTest::farthest, own);
    }

    /**
     * Of images whose convolutions are filtered: their rounding turns some of the network's ReLUs the other way, one in
     * 1e5 or so, and a gradient that is off in such a share of its places is off by the root of it.
     */
    @Test
    void filteredGradientsAreNear() {
        compare(images(4, 96, 112), 5e-3, Networks::relativeDistance, true);
    }

    /** DPT's convolutions have biases, and see one tensor twice. */
    @Test
    void filteredGradientsOfDptAreNear() {
        assumeTrue(Convolutions.faster(), "the kernels are not for this processor");
        ImasConfig.Network spec = ConfigYaml.defaults()
                .network()
                .with(network -> network.backbone(Backbone.DINOV2_SMALL).head(Head.DPT));
        Tensor pictures = images(6, 56, 56);
        try (SegmentationNetwork plain = SegmentationNetwork.create(spec, 3, 7);
                SegmentationNetwork own = SegmentationNetwork.create(spec, 3, 7)) {
            plain.channelsLast();
            own.channelsLast();
            own.useKernels();
            Map<String, float[]> expected = gradients(plain, pictures, 1);
            Map<String, float[]> found = gradients(own, pictures, 1);
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            assertThat(expected.keySet().stream().filter(key -> Arrays.equals(found.get(key), expected.get(key))))
                    .as("computed by the same code")
                    .hasSizeLessThan(expected.size() / 2);
            expected.forEach((key, values) -> {
                if (largest(values) > 0) {
                    near(key, found.get(key), values, 5e-3, Networks::relativeDistance);
                }
            });
        }
    }

    private static void compare(
            Tensor pictures, double tolerance, ToDoubleBiFunction<float[], float[]> measure, boolean own) {
        assumeTrue(Convolutions.faster(), "the kernels are not for this processor");
        Map<String, float[]> expected;
        Map<String, float[]> found;
        try (DeepLabV3Plus plain = network()) {
            expected = gradients(plain, pictures, 1);
            assertThat(expected.keySet()).isEqualTo(plain.parameters().keySet());
        }
        try (DeepLabV3Plus fast = network()) {
            fast.useKernels();
            found = gradients(fast, pictures, 1);
            abandonedPass(fast, pictures);
            gradients(fast, pictures, 1)
                    .forEach((key, again) -> assertThat(again).as(key).isEqualTo(found.get(key)));
            Map<String, float[]> twice = gradients(fast, pictures, 2);
            found.forEach((key, once) -> near(key, twice.get(key), doubled(once), tolerance, measure));
        }
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        if (own) {
            assertThat(Arrays.equals(found.get(OWN), expected.get(OWN)))
                    .as("computed by the same code")
                    .isFalse();
        }
        expected.forEach((key, values) -> {
            if (!own || !key.equals(NOTHING_BUT_ROUNDING)) {
                near(key, found.get(key), values, tolerance, measure);
            }
        });
    }

    @Test
    void predictionsAreTheSame() {
        assumeTrue(Convolutions.faster(), "the kernels are not for this processor");
        try (DeepLabV3Plus plain = network();
                DeepLabV3Plus own = network();
                PointerScope scope = new PointerScope()) {
            own.useKernels();
            Tensor pictures = images(4, 96, 112);
            float[] expected = Torch.withoutGradient(
                    () -> Networks.values(plain.forward(pictures, false).logits()));
            float[] found = Torch.withoutGradient(
                    () -> Networks.values(own.forward(pictures, false).logits()));
            assertThat(Arrays.equals(found, expected))
                    .as("computed by the same code")
                    .isFalse();
            near("logits", found, expected, 1e-5, KernelConvolutionsTest::farthest);
        }
    }

    /** Of so many passes, which add up; by key, where there is one. */
    private static Map<String, float[]> gradients(SegmentationNetwork network, Tensor pictures, int passes) {
        network.parameters()
                .values()
                .forEach(parameter -> parameter.mutable_grad().put(new Tensor()));
        for (int i = 0; i < passes; i++) {
            try (PointerScope scope = new PointerScope()) {
                SegmentationNetwork.Output output = network.forward(pictures, true);
                TensorVector logits = new TensorVector(output.logits());
                TensorVector slopes = new TensorVector(slopes(output.logits()));
                if (output.auxiliary() != null) {
                    logits.push_back(output.auxiliary());
                    slopes.push_back(slopes(output.auxiliary()));
                }
                torch.backward(logits, slopes, new BoolOptional(), false, new TensorVector());
            }
        }
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            network.parameters().forEach((key, parameter) -> {
                if (parameter.grad().defined()) {
                    gradients.put(key, Networks.values(parameter.grad()));
                }
            });
        }
        return gradients;
    }

    private static void abandonedPass(DeepLabV3Plus network, Tensor pictures) {
        try (PointerScope scope = new PointerScope()) {
            network.forward(pictures, true);
        }
    }

    private static Tensor images(int count, int height, int width) {
        return Networks.images(count, height, width).contiguous(torch.MemoryFormat.ChannelsLast);
    }

    /** A gradient that differs from place to place. */
    private static Tensor slopes(Tensor logits) {
        return logits.detach().sin();
    }

    private static float[] doubled(float[] values) {
        float[] twice = values.clone();
        for (int i = 0; i < twice.length; i++) {
            twice[i] *= 2;
        }
        return twice;
    }

    private static void near(
            String key,
            float[] found,
            float[] expected,
            double tolerance,
            ToDoubleBiFunction<float[], float[]> measure) {
        assertThat(found).as(key).hasSameSizeAs(expected);
        assertThat(largest(expected)).as(key).isPositive();
        assertThat(measure.applyAsDouble(found, expected)).as(key).isLessThan(tolerance);
    }

    /** The largest difference, of the largest value. */
    private static double farthest(float[] found, float[] expected) {
        double farthest = 0;
        for (int i = 0; i < found.length; i++) {
            farthest = Math.max(farthest, Math.abs((double) found[i] - expected[i]));
        }
        return farthest / (largest(expected) + 5e-5);
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
