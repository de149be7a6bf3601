package dev.imas.verify.groups;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.verify.engine.Filler;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.Tensors;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The filler's values of group 13: as {@link Filler} makes them of a name and an index, scaled by other rules, since
 * transformers have other layers.
 */
final class DinoFiller {
    private final Filler filler;

    DinoFiller(Filler filler) {
        this.filler = filler;
    }

    /** The values of a tensor of that name, prefix left out; the first rule that fits its end and shape counts. */
    float[] values(String name, long... shape) {
        int count = count(shape);
        float[] values = new float[count];
        boolean gamma = name.endsWith(".gamma");
        boolean table = name.endsWith("cls_token") || name.endsWith("pos_embed") || name.endsWith("mask_token");
        boolean norm = shape.length == 1 && name.endsWith(".weight");
        double scale = table ? 1 : name.endsWith(".bias") ? 0.1 : shape.length > 1 ? weightScale(name, shape) : 1;
        IntToDoubleFunction uniforms = Filler.uniforms(filler.prefix() + name);
        for (int i = 0; i < count; i++) {
            double u = uniforms.applyAsDouble(i);
            values[i] = (float) (gamma ? 0.25 + 0.75 * u : norm ? 0.5 + u : scale * (2 * u - 1));
        }
        return values;
    }

    private static double weightScale(String name, long... shape) {
        if (shape.length == 2) {
            return Math.sqrt(3.0 / shape[1]);
        }
        boolean transposed = name.endsWith(".resize_layers.0.weight") || name.endsWith(".resize_layers.1.weight");
        long inputs = transposed ? shape[0] : shape[1] * shape[2] * shape[3];
        boolean last = name.endsWith(".out_conv.weight") || name.endsWith(".output_conv.2.weight");
        return Math.sqrt(5.0 / inputs) * (last ? 0.5 : 1);
    }

    /** A gradient that a recording gives: uniform in (-1,1), in that shape. */
    Tensor gradient(String name, long... shape) {
        float[] values = new float[count(shape)];
        IntToDoubleFunction uniforms = Filler.uniforms(filler.prefix() + name);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * uniforms.applyAsDouble(i) - 1);
        }
        return Tensors.of(values, shape);
    }

    private static int count(long... shape) {
        int count = 1;
        for (long extent : shape) {
            count = Math.multiplyExact(count, Math.toIntExact(extent));
        }
        return count;
    }

    /** An image of a recording's inputs. */
    NetworkPass.Image image(JsonNode input) {
        int[] shape = GoldenData.ints(GoldenData.field(input, "shape"));
        String name = GoldenData.field(input, "name").asText();
        return new NetworkPass.Image(
                filler.image(name, shape[0], shape[1], shape[2], shape[3]),
                Arrays.stream(shape).asLongStream().toArray());
    }

    String prefix() {
        return filler.prefix();
    }

    /** Fills a fresh network's tensors, still on the CPU. */
    void fill(Map<String, Tensor> state) {
        state.entrySet().parallelStream().forEach(entry -> fill(entry.getValue(), entry.getKey()));
    }

    /** Fills one tensor under a name. */
    void fill(Tensor tensor, String name) {
        try (PointerScope scope = new PointerScope()) {
            tensor.data_ptr_float().put(values(name, tensor.shape()));
        }
    }
}
