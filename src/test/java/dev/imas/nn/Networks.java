package dev.imas.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.device.Torch;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Networks and images for tests. */
public final class Networks {
    static {
        Torch.load();
    }

    private Networks() {}

    public static ImasConfig.Network spec(Backbone backbone, Stem stem, int outputStride, boolean auxiliary) {
        return ConfigYaml.defaults().network().with(network -> network.backbone(backbone)
                .stem(stem)
                .outputStride(outputStride)
                .aspp(List.of(2, 4, 6))
                .multiGrid(true)
                .auxiliary(auxiliary));
    }

    public static DeepLabV3Plus tiny(int classes, long seed) {
        return new DeepLabV3Plus(spec(Backbone.TINY, Stem.DEEP, 16, true), classes, seed);
    }

    /** Gives the parts that start as 0 and 1 other values, so that everything counts. */
    public static void stir(SegmentationNetwork network) {
        Torch.withoutGradient(() -> network.state().forEach((key, tensor) -> {
            if (tensor.dim() == 1 && tensor.scalar_type().intern() == ScalarType.Float) {
                Tensor values = torch.rand_like(tensor);
                tensor.copy_(key.endsWith("weight") || key.endsWith("var") ? values.add(new Scalar(0.5)) : values);
            }
        }));
    }

    /** Smooth images in about [-1.5, 1.5], each different. */
    public static Tensor images(int batch, int height, int width) {
        float[] values = new float[batch * 3 * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (Math.sin(i * 0.37) + 0.5 * Math.cos(i * 0.0113 + i / (3.0 * height * width)));
        }
        Tensor tensor = torch.empty(
                new long[] {batch, 3, height, width}, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
        tensor.data_ptr_float().put(values);
        return tensor;
    }

    /** The values in logical order, as float32. */
    public static float[] values(Tensor tensor) {
        Tensor plain = tensor.detach().to(ScalarType.Float).contiguous();
        float[] values = new float[(int) plain.numel()];
        new FloatPointer(plain.data_ptr_float()).get(values);
        return values;
    }

    /** Distance of two tensors relative to the second's length. */
    static double relativeDistance(float[] a, float[] b) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < b.length; i++) {
            difference += Math.pow(a[i] - b[i], 2);
            length += Math.pow(b[i], 2);
        }
        return Math.sqrt(difference / length);
    }

    /** Every value within a tolerance, which is of the largest expected one. */
    static void assertNear(String what, float[] found, float[] expected, double tolerance) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isPositive();
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as(what + "[" + i + "]").isCloseTo(expected[i], within(tolerance * largest));
        }
    }
}
