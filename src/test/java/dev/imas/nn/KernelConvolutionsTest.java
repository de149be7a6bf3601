package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.device.ConvolutionWeights;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Gradients of wide convolutions' weights, from the kernel and from libtorch. */
class KernelGradientsTest {
    /** Strided, dilated, with bias, auxiliary head. */
    private static DeepLabV3Plus network() {
        DeepLabV3Plus network = new DeepLabV3Plus(Networks.spec(Backbone.RESNET18, Stem.CONV7, 16, true), 3, 7);
        network.channelsLast();
        return network;
    }

    @Test
    void areTheSame() {
        assumeTrue(ConvolutionWeights.faster(), "the kernel is not for this processor");
        Map<String, float[]> expected;
        Map<String, float[]> found;
        try (DeepLabV3Plus plain = network()) {
            expected = gradients(plain, 1);
        }
        try (DeepLabV3Plus own = network()) {
            own.useKernelGradients();
            found = gradients(own, 1);
            abandonedPass(own);
            gradients(own, 1).forEach((key, again) -> assertThat(again).as(key).isEqualTo(found.get(key)));
            Map<String, float[]> twice = gradients(own, 2);
            found.forEach((key, once) -> near(key, twice.get(key), doubled(once)));
        }
        assertThat(found).hasSameSizeAs(expected);
        expected.forEach((key, values) -> near(key, found.get(key), values));
    }

    /** Of so many passes, which add up. The first one's norms are at their first values. */
    private static Map<String, float[]> gradients(DeepLabV3Plus network, int passes) {
        network.parameters()
                .values()
                .forEach(parameter -> parameter.mutable_grad().put(new Tensor()));
        for (int i = 0; i < passes; i++) {
            try (PointerScope scope = new PointerScope()) {
                SegmentationNetwork.Output output = network.forward(images(), true);
                TensorVector logits = new TensorVector(output.logits(), output.auxiliary());
                TensorVector ones = new TensorVector(weights(output.logits()), weights(output.auxiliary()));
                torch.backward(logits, ones, new BoolOptional(), false, new TensorVector());
            }
        }
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            network.parameters().forEach((key, parameter) -> {
                assertThat(parameter.grad().defined()).as(key).isTrue();
                gradients.put(key, Networks.values(parameter.grad()));
            });
        }
        return gradients;
    }

    private static void abandonedPass(DeepLabV3Plus network) {
        try (PointerScope scope = new PointerScope()) {
            network.forward(images(), true);
        }
    }

    private static Tensor images() {
        return Networks.images(2, 33, 40).contiguous(torch.MemoryFormat.ChannelsLast);
    }

    /** A gradient that differs from place to place. */
    private static Tensor weights(Tensor logits) {
        return logits.detach().sin();
    }

    private static float[] doubled(float[] values) {
        float[] twice = values.clone();
        for (int i = 0; i < twice.length; i++) {
            twice[i] *= 2;
        }
        return twice;
    }

    private static void near(String key, float[] found, float[] expected) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(found).as(key).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as(key + "[" + i + "]").isCloseTo(expected[i], within(2e-5 * largest + 1e-9));
        }
    }
}
