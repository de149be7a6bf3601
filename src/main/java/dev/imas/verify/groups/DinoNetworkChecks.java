package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.floats;
import static dev.imas.verify.engine.GoldenData.ints;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.Names;
import dev.imas.nn.DinoDpt;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.FeatureDropout;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.engine.Filler;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** One whole network: its keys, what it says of pictures of several sizes, and complementary dropout. */
final class DinoNetworkChecks {
    private static final double LOGITS = 5e-5;

    private final Comparison compare;
    private final Place place;
    private final String variant;
    private final JsonNode json;
    private final SafetensorsFile tensors;
    private final DinoFiller filler;

    /** @param variant name of the recorded network, as S */
    DinoNetworkChecks(Comparison compare, Place place, String variant, JsonNode json, SafetensorsFile tensors) {
        this.compare = compare;
        this.place = place;
        this.variant = variant;
        this.json = json;
        this.tensors = tensors;
        this.filler = new DinoFiller(Filler.of(json));
    }

    /** @param keys recorded keys with shapes and types, in order */
    void run(JsonNode keys) {
        JsonNode configuration = field(json, "configuration");
        try (DinoDpt network = network(configuration)) {
            keys(keys, network);
            counts(configuration, network);
            filler.fill(network.state());
            filled(network);
            network.to(place.compute().torchDevice());
            for (Map.Entry<String, JsonNode> run : field(json, "runs").properties()) {
                try (PointerScope scope = new PointerScope()) {
                    pass(run.getKey(), run.getValue()).run(network, image(run.getValue()), null);
                }
            }
            if (json.has("comp_drop")) {
                dropout(json.get("comp_drop"), network);
            }
            for (JsonNode masks : json.path("comp_drop_masks")) {
                factors(masks);
            }
        }
    }

    private static DinoDpt network(JsonNode configuration) {
        String encoder = field(configuration, "encoder").asText();
        Backbone backbone = Names.constant(Backbone.class, "dinov2_" + encoder)
                .or(() -> Names.constant(Backbone.class, "vit_" + encoder))
                .orElseThrow(() ->
                        new UserException("the recorded data use the encoder '" + encoder + "', which is not known"));
        ImasConfig.Network settings = ConfigYaml.defaults().network().with(network -> network.backbone(backbone)
                .head(ImasConfig.Head.DPT));
        return new DinoDpt(
                settings,
                SegmentationNetwork.RGB,
                field(configuration, "classes").asInt(),
                0);
    }

    private DinoPass pass(String run, JsonNode record) {
        return new DinoPass(compare, variant + "." + run, record, tensors, place);
    }

    private NetworkPass.Image image(JsonNode record) {
        return filler.image(field(record, "input"));
    }

    /** Names, order, shapes, types and learnability. */
    private void keys(JsonNode recorded, DinoDpt network) {
        List<String> expected = new ArrayList<>();
        for (JsonNode key : recorded) {
            expected.add(field(key, "key").asText() + " " + Arrays.toString(ints(field(key, "shape"))) + " "
                    + field(key, "dtype").asText() + " "
                    + field(key, "parameter").asBoolean());
        }
        Set<String> learnable = network.parameters().keySet();
        List<String> found = new ArrayList<>();
        network.state()
                .forEach((key, tensor) -> found.add(key + " " + Arrays.toString(tensor.shape()) + " "
                        + NetworkGolden.typeName(tensor) + " " + learnable.contains(key)));
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

    private void counts(JsonNode configuration, DinoDpt network) {
        long elements = 0;
        long encoder = 0;
        long encoderKeys = 0;
        for (Map.Entry<String, Tensor> parameter : network.parameters().entrySet()) {
            elements += parameter.getValue().numel();
            if (SegmentationNetwork.ofEncoder(parameter.getKey())) {
                encoder += parameter.getValue().numel();
                encoderKeys++;
            }
        }
        count(configuration, "num_keys", network.state().size());
        count(configuration, "num_backbone_keys", encoderKeys);
        count(configuration, "num_parameter_elements", elements);
        count(configuration, "num_backbone_elements", encoder);
        count(configuration, "buffers", network.buffers().size());
        count(configuration, "embed_dim", network.featureChannels());
        count(configuration, "patch", network.sideMultiple());
    }

    private void count(JsonNode configuration, String key, long found) {
        compare.equal(variant + "." + key, field(configuration, key).asLong(), found);
    }

    /** The filler itself: uniform numbers of some names, first values of some tensors, first pixels of an image. */
    private void filled(DinoDpt network) {
        json.path("filler_check").properties().forEach(check -> {
            float[] recorded = floats(check.getValue());
            compare.report(
                    variant + ".filler." + check.getKey(),
                    Math.min(furthest(recorded, check.getKey()), furthest(recorded, filler.prefix() + check.getKey())),
                    Comparison.EXACT,
                    "");
        });
        json.path("filler_check_weights").properties().forEach(check -> {
            float[] recorded = floats(check.getValue());
            float[] found = Tensors.floats(network.state().get(check.getKey()));
            compare.absolute(
                    variant + ".filled." + check.getKey(),
                    recorded,
                    Arrays.copyOf(found, recorded.length),
                    Comparison.EXACT);
        });
        float[] pixels = floats(field(json, "input_check"));
        JsonNode wide = field(json, "inputs").properties().iterator().next().getValue();
        compare.absolute(
                variant + ".filler.input",
                pixels,
                Arrays.copyOf(filler.image(wide).values(), pixels.length),
                Comparison.EXACT);
    }

    private static double furthest(float[] recorded, String name) {
        double furthest = 0;
        for (int i = 0; i < recorded.length; i++) {
            furthest = Math.max(furthest, Math.abs(recorded[i] - (float) Filler.uniform(name, i)));
        }
        return furthest;
    }

    /** A pass with recorded draws, and what they change. */
    private void dropout(JsonNode record, DinoDpt network) {
        try (PointerScope scope = new PointerScope()) {
            NetworkPass.Image image = image(record);
            float[] factors = factors(record);
            long images = image.shape()[0];
            Tensor dropped = pass("comp_drop", record)
                    .run(network, image, place.here(Tensors.of(factors, images, factors.length / images)));
            Tensor whole = DinoPass.enlarged(
                    network.forward(place.here(Tensors.of(image.values(), image.shape())), false)
                            .logits(),
                    image);
            float[] change =
                    Tensors.floats(dropped.sub(whole).abs().flatten(1, 3).mean(1L));
            compare.absolute(
                    variant + ".comp_drop.mean_abs_change_of_logits_per_image",
                    floats(field(record, "mean_abs_change_of_logits_per_image")),
                    change,
                    LOGITS);
        }
    }

    /** The factors that follow from recorded draws, held against the recorded mask. */
    private float[] factors(JsonNode record) {
        String draws = field(record, "draws").asText();
        SafetensorsFile.Entry coins = tensors.get(draws);
        int[] order = ints(field(record, "permutation"));
        float[] factors = FeatureDropout.factors(coins.bytes(), order, (int) coins.shape()[1]);
        byte[] found = new byte[factors.length];
        for (int i = 0; i < found.length; i++) {
            found[i] = (byte) factors[i];
        }
        String mask = field(record, "mask").asText();
        compare.differing(mask, tensors.get(mask).bytes(), found);
        compare.differing(
                draws + ".unchanged_pairs",
                ints(field(record, "unchanged_pairs")),
                Arrays.copyOf(order, order.length / 2));
        return factors;
    }
}
