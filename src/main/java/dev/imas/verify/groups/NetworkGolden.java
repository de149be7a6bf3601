package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.Names;
import dev.imas.device.Torch;
import dev.imas.nn.DeepLabV3Plus;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.Filler;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Tensor;

/** The network (method 1): state-dict keys, logits, intermediate results, running statistics and gradients. */
final class NetworkGolden extends PlacedGroup {
    private static final double FILLER = 0;
    /** Running statistics after one training pass: means of some ten thousand float32 values. */
    private static final double STATISTICS = 1e-5;

    NetworkGolden(Place place) {
        super("08_network", place);
    }

    @Override
    public void run(GoldenData data, Consumer<Check> report) throws IOException {
        Torch.load();
        Comparison compare = new Comparison(name(), report, place.slack());
        JsonNode json = data.json(name() + "/network.json");
        JsonNode allKeys = data.json(name() + "/state_dict_keys.json");
        SafetensorsFile tensors = data.tensors(name() + "/network.safetensors");
        Filler filler = Filler.of(json);
        checkFiller(compare, json, filler);
        for (Map.Entry<String, JsonNode> variant : field(json, "variants").properties()) {
            JsonNode keys = keys(allKeys, variant.getKey());
            try (DeepLabV3Plus network = network(variant.getValue(), keys)) {
                checkKeys(compare, variant.getKey(), keys, network);
                checkCounts(compare, variant, network);
                FilledState.fill(network.state(), filler);
                checkWeights(compare, variant.getKey(), json, network);
                network.to(place.compute().torchDevice());
                JsonNode input = field(json, "input");
                pass(compare, variant, "eval", image(input, filler), network, tensors);
                if (variant.getValue().has("large")) {
                    pass(
                            compare,
                            variant,
                            "large",
                            image(field(variant.getValue().get("large"), "input"), filler),
                            network,
                            tensors);
                }
                // Last, since it moves the running statistics.
                if (variant.getValue().has("train")) {
                    pass(compare, variant, "train", image(input, filler), network, tensors);
                    checkStatistics(compare, variant.getKey(), network, tensors);
                }
            }
        }
    }

    private void pass(
            Comparison compare,
            Map.Entry<String, JsonNode> variant,
            String mode,
            NetworkPass.Image image,
            DeepLabV3Plus network,
            SafetensorsFile tensors) {
        if (variant.getValue().has(mode)) {
            new NetworkPass(
                            compare,
                            variant.getKey() + "." + mode,
                            variant.getValue().get(mode),
                            tensors,
                            place)
                    .run(network, image, mode.equals("train"));
        }
    }

    private static NetworkPass.Image image(JsonNode input, Filler filler) {
        int[] shape = GoldenData.ints(field(input, "shape"));
        return new NetworkPass.Image(
                filler.image(field(input, "name").asText(), shape[0], shape[1], shape[2], shape[3]),
                Arrays.stream(shape).asLongStream().toArray());
    }

    /**
     * The filler itself: its uniform numbers of some names, which may be given whole or without the prefix, and the
     * first pixels of the input.
     */
    private static void checkFiller(Comparison compare, JsonNode json, Filler filler) {
        json.path("filler_check")
                .properties()
                .forEach(check -> compare.report(
                        "filler." + check.getKey(),
                        Math.min(
                                difference(check.getValue(), check.getKey()),
                                difference(check.getValue(), filler.prefix() + check.getKey())),
                        FILLER,
                        ""));
        float[] recorded = floats(field(json, "input_check"));
        compare.absolute(
                "filler.input",
                recorded,
                Arrays.copyOf(image(field(json, "input"), filler).values(), recorded.length),
                FILLER);
    }

    private static double difference(JsonNode recorded, String name) {
        double worst = 0;
        for (int i = 0; i < recorded.size(); i++) {
            worst = Math.max(worst, Math.abs(number(recorded.get(i)) - Filler.uniform(name, i)));
        }
        return worst;
    }

    /** The first filled values of some entries. */
    private static void checkWeights(Comparison compare, String variant, JsonNode json, DeepLabV3Plus network) {
        json.path("filler_check_weights").properties().forEach(check -> {
            Tensor tensor = network.state().get(check.getKey());
            if (tensor != null) { // the auxiliary head's, in a variant without one
                float[] recorded = floats(check.getValue());
                compare.absolute(
                        variant + ".filler." + check.getKey(),
                        recorded,
                        Arrays.copyOf(Tensors.floats(tensor), recorded.length),
                        FILLER);
            }
        });
    }

    private static void checkCounts(Comparison compare, Map.Entry<String, JsonNode> variant, DeepLabV3Plus network) {
        if (variant.getValue().has("num_keys")) {
            compare.equal(
                    variant.getKey() + ".num_keys",
                    variant.getValue().get("num_keys").asLong(),
                    network.state().size());
        }
        if (variant.getValue().has("num_parameters_elements")) {
            compare.equal(
                    variant.getKey() + ".num_parameters_elements",
                    variant.getValue().get("num_parameters_elements").asLong(),
                    network.parameters().values().stream()
                            .mapToLong(Tensor::numel)
                            .sum());
        }
    }

    private static JsonNode keys(JsonNode all, String variant) {
        JsonNode entry = field(all, variant);
        return entry.has("same_as") ? field(field(all, entry.get("same_as").asText()), "keys") : field(entry, "keys");
    }

    private static DeepLabV3Plus network(JsonNode variant, JsonNode keys) {
        boolean deep = StreamSupport.stream(keys.spliterator(), false)
                .anyMatch(key -> field(key, "key").asText().equals("encoder.conv1.0.weight"));
        String arch = field(variant, "arch").asText();
        ImasConfig.Backbone backbone = Names.constant(ImasConfig.Backbone.class, arch)
                .orElseThrow(() ->
                        new UserException("the recorded data use the network '" + arch + "', which is not known"));
        List<Integer> aspp = Arrays.stream(GoldenData.ints(field(variant, "aspp_dilations")))
                .boxed()
                .toList();
        ImasConfig.Network settings = ConfigYaml.defaults().network().with(network -> network.backbone(backbone)
                .stem(deep ? ImasConfig.Stem.DEEP : ImasConfig.Stem.CONV7)
                .outputStride(field(variant, "output_stride").asInt())
                .aspp(aspp)
                .multiGrid(field(variant, "multi_grid").asBoolean())
                .auxiliary(field(variant, "aux").asBoolean()));
        return new DeepLabV3Plus(settings, field(variant, "classes").asInt(), 0);
    }

    /** Names, order, shapes, types and learnability of the whole state. */
    private static void checkKeys(Comparison compare, String variant, JsonNode recorded, DeepLabV3Plus network) {
        List<String> expected = new ArrayList<>();
        for (JsonNode key : recorded) {
            expected.add(describe(
                    field(key, "key").asText(),
                    Arrays.toString(GoldenData.ints(field(key, "shape"))),
                    field(key, "dtype").asText(),
                    field(key, "parameter").asBoolean()));
        }
        List<String> found = new ArrayList<>();
        Set<String> learnable = network.parameters().keySet();
        network.state()
                .forEach((key, t) -> found.add(describe(
                        key, Arrays.toString(t.shape()), typeName(t), learnable.contains(key) && t.requires_grad())));
        int wrong = Math.abs(expected.size() - found.size());
        String first = "";
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            if (!expected.get(i).equals(found.get(i))) {
                wrong++;
                first = first.isEmpty() ? "recorded " + expected.get(i) + ", found " + found.get(i) : first;
            }
        }
        compare.report(variant + ".state_dict_keys", wrong, Comparison.EXACT, first);
    }

    private static String describe(String key, String shape, String type, boolean parameter) {
        return key + " " + shape + " " + type + (parameter ? " learnable" : "");
    }

    /** PyTorch's name of a tensor's type. */
    static String typeName(Tensor tensor) {
        return switch (tensor.scalar_type().intern()) {
            case Float -> "float32";
            case Double -> "float64";
            case Half -> "float16";
            case Long -> "int64";
            case Int -> "int32";
            case Short -> "int16";
            case Char -> "int8";
            case Byte -> "uint8";
            case Bool -> "bool";
            default -> tensor.scalar_type().intern().name().toLowerCase(Locale.ROOT);
        };
    }

    private static void checkStatistics(
            Comparison compare, String variant, DeepLabV3Plus network, SafetensorsFile tensors) {
        String prefix = variant + ".bn.";
        tensors.entries().forEach((name, entry) -> {
            if (name.startsWith(prefix)) {
                String key = name.substring(prefix.length());
                compare.absolute(
                        name, entry.floats(), Tensors.floats(network.buffers().get(key)), STATISTICS);
            }
        });
        long counted = network.buffers().entrySet().stream()
                .filter(b -> b.getKey().endsWith("num_batches_tracked"))
                .filter(b -> b.getValue().item_long() != 1)
                .count();
        compare.equal(variant + ".bn.num_batches_tracked", 0, counted);
    }
}
