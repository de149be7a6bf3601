package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.memory.ArrayKernels;
import dev.imas.verify.memory.Logits;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.util.function.Consumer;

/** Strong images blended with weak ones by gamma (method 3.3). */
final class IntensityMixGolden implements GoldenGroup {
    /** Two products and a sum in float32, possibly contracted, of values up to about 4. */
    private static final double MIXED = 1e-6;

    private final ArrayKernels kernels;

    IntensityMixGolden(ArrayKernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public String name() {
        return "05_intensity_mix";
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        Comparison compare = new Comparison(name(), report);
        SafetensorsFile tensors = data.tensors(name() + "/intensity_mix.safetensors");
        for (JsonNode c : field(data.json(name() + "/intensity_mix.json"), "cases")) {
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
