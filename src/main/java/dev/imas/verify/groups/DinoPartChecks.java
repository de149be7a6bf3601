package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.ints;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.nn.TransformerPart;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.Filler;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;

/** Embedding of patches, one block, GELU, one fusion and a small head by themselves, forward and back. */
final class DinoPartChecks {
    private static final double VALUE = 2e-5;
    private static final double GRADIENT = 5e-6;

    private final Comparison compare;
    private final Place place;

    DinoPartChecks(Comparison compare, Place place) {
        this.compare = compare;
        this.place = place;
    }

    void run(JsonNode json, SafetensorsFile tensors) {
        DinoFiller filler = new DinoFiller(Filler.of(json));
        for (Map.Entry<String, JsonNode> recorded : json.properties()) {
            if (recorded.getKey().equals("gelu")) {
                gelu(recorded.getValue());
            } else if (recorded.getValue().isObject()) {
                try (PointerScope scope = new PointerScope();
                        TransformerPart part = part(recorded.getKey(), recorded.getValue(), tensors)) {
                    part(recorded.getKey(), recorded.getValue(), tensors, filler, part);
                }
            }
        }
    }

    private void gelu(JsonNode recorded) {
        try (PointerScope scope = new PointerScope()) {
            float[] x = floats(field(recorded, "x"));
            float[] y = Tensors.floats(torch.gelu(place.here(Tensors.of(x, x.length))));
            compare.absolute("gelu", floats(field(recorded, "y")), y, VALUE);
            compare.absolute("gelu_float64", floats(field(recorded, "y_float64")), y, VALUE);
        }
    }

    private static TransformerPart part(String name, JsonNode recorded, SafetensorsFile tensors) {
        if (name.equals("patch_embed")) {
            int channels = (int) tensors.get(name + ".x").shape()[1];
            return TransformerPart.patchEmbedding(
                    channels, (int) tensors.get(name + ".y").shape()[2]);
        }
        if (name.equals("block")) {
            return TransformerPart.block(
                    field(recorded, "dim").asInt(), field(recorded, "heads").asInt());
        }
        if (name.startsWith("fusion")) {
            int[] size = ints(field(recorded, "size"));
            return TransformerPart.fusion(field(recorded, "features").asInt(), size[0], size[1]);
        }
        int[] patches = ints(field(recorded, "patches"));
        return TransformerPart.head(
                field(recorded, "in_channels").asInt(),
                field(recorded, "features").asInt(),
                Arrays.stream(ints(field(recorded, "out_channels"))).boxed().toList(),
                field(recorded, "classes").asInt(),
                patches[0],
                patches[1]);
    }

    private void part(
            String name, JsonNode recorded, SafetensorsFile tensors, DinoFiller filler, TransformerPart part) {
        fill(name, recorded, filler, part);
        Map<String, Tensor> inputs = new HashMap<>();
        List<Tensor> ordered = new ArrayList<>();
        for (Map.Entry<String, JsonNode> input : field(recorded, "inputs").properties()) {
            Tensor x = place.here(Tensors.floats(tensors.get(input.getValue().asText())));
            x.requires_grad_(true);
            inputs.put(input.getKey(), x);
            ordered.add(x);
        }
        Map<String, float[]> seen = new HashMap<>();
        Tensor y = part.forward(ordered, (key, tensor) -> seen.put(key, Tensors.floats(tensor)));
        for (Map.Entry<String, JsonNode> inner : field(recorded, "intermediate").properties()) {
            float[] found = seen.get(layer(inner.getKey()));
            String tensor = inner.getValue().asText();
            if (found == null) {
                compare.report(tensor, Double.NaN, Comparison.EXACT, "the part has no such intermediate result");
            } else {
                compare.absolute(tensor, tensors.get(tensor).floats(), found, VALUE);
            }
        }
        compare.absolute(name + ".y", tensors.get(field(recorded, "y").asText()).floats(), Tensors.floats(y), VALUE);
        String wide = field(recorded, "y_float64").asText();
        compare.absolute(wide, tensors.get(wide).doubles(), Tensors.floats(y), VALUE);
        y.backward(
                place.here(Tensors.floats(tensors.get(field(recorded, "grad_y").asText()))),
                new BoolOptional(),
                false,
                new TensorArrayRefOptional());
        for (Map.Entry<String, JsonNode> gradient :
                field(recorded, "grad_inputs").properties()) {
            compare.relativeToMax(
                    gradient.getValue().asText(),
                    tensors.get(gradient.getValue().asText()).floats(),
                    Tensors.floats(inputs.get(gradient.getKey()).grad()),
                    GRADIENT);
        }
        for (Map.Entry<String, JsonNode> gradient :
                field(recorded, "parameter_grads").properties()) {
            Statistics found =
                    Statistics.of(part.parameters().get(gradient.getKey()).grad());
            String key = name + ".grads." + gradient.getKey();
            compare.relative(key + ".l2", number(field(gradient.getValue(), "l2_float64")), found.norm(), GRADIENT);
            compare.report(
                    key + ".samples",
                    found.furthest(floats(field(gradient.getValue(), "samples"))) / found.largest(),
                    GRADIENT,
                    "");
        }
    }

    /** The recorded names, which are those of the layers. */
    private void fill(String name, JsonNode recorded, DinoFiller filler, TransformerPart part) {
        List<String> expected = new ArrayList<>();
        for (JsonNode parameter : field(recorded, "parameters")) {
            String key = field(parameter, "key").asText();
            expected.add(key + " " + Arrays.toString(ints(field(parameter, "shape"))));
            if (part.parameters().containsKey(key)) {
                Tensor tensor = part.parameters().get(key);
                filler.fill(tensor, field(parameter, "filler_name").asText());
                if (place.compute().cuda()) {
                    Tensor there = place.here(tensor.detach());
                    tensor.set_data(there);
                }
            }
        }
        List<String> found = new ArrayList<>();
        part.parameters().forEach((key, tensor) -> found.add(key + " " + Arrays.toString(tensor.shape())));
        compare.equal(name + ".parameters", 0, expected.equals(found) ? 0 : 1);
    }

    /** What a recorded intermediate result is called in the network. */
    private static String layer(String recorded) {
        String number = recorded.substring(recorded.length() - 1);
        return recorded.startsWith("resized")
                ? "resize_layers." + number
                : recorded.startsWith("path") ? "scratch.refinenet" + number : recorded;
    }
}
