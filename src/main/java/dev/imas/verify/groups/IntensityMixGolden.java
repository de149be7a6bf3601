package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.Logits;
import dev.imas.weights.SafetensorsFile;

/** Strong images blended with weak ones by gamma (method 3.3). */
final class IntensityMixGolden extends KernelGroup {
    /** Two products and a sum in float32, possibly contracted, of values up to about 4. */
    private static final double MIXED = 1e-6;

    IntensityMixGolden(ArrayKernels kernels) {
        super("05_intensity_mix", kernels);
    }

    @Override
    void check(JsonNode json, SafetensorsFile tensors, Comparison compare) {
        for (JsonNode c : field(json, "cases")) {
            Logits weak = Logits.of(tensors, field(c, "weak").asText());
            Logits strong = Logits.of(tensors, field(c, "strong").asText());
            float[] mixed = kernels.blend(
                            weak.values(), strong.values(), floats(field(c, "hardness")), weak.height(), weak.width())
                    .batch();
            compare.absolute(
                    field(c, "name").asText() + ".mixed",
                    tensors.get(field(c, "mixed").asText()).floats(),
                    mixed,
                    MIXED);
        }
    }
}
