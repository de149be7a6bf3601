package dev.imas.verify.groups;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Head;
import dev.imas.nn.Bilinear;
import dev.imas.nn.DinoDpt;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.verify.PlainFiller;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.SafetensorsFile;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A recording of group 13's form that this project makes of its own small transformer, under a filler with a prefix.
 * Weights and images come from {@link PlainFiller}, scaled here by the recording's description once more.
 */
final class OwnDinoRecording {
    static final String VARIANT = "T";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CLASSES = 4;
    private static final long[] SHAPE = {2, 3, 28, 42};

    final ObjectNode json = JSON.createObjectNode();
    final ArrayNode keys = JSON.createArrayNode();
    final SafetensorsFile tensors;
    private final String prefix;

    OwnDinoRecording(Path folder, String prefix) throws IOException {
        this.prefix = prefix;
        Map<String, Tensor> stored = new LinkedHashMap<>();
        Path file = folder.resolve("dino_t.safetensors");
        try (PointerScope scope = new PointerScope();
                DinoDpt network = new DinoDpt(
                        ConfigYaml.defaults().network().with(n -> n.backbone(Backbone.VIT_TINY)
                                .head(Head.DPT)),
                        3,
                        CLASSES,
                        0)) {
            fill(network);
            described(network);
            run(network, stored);
            WeightFiles.save(stored, file, Map.of());
        }
        tensors = SafetensorsFile.read(file);
    }

    private void fill(DinoDpt network) {
        network.state().forEach((key, tensor) -> tensor.data_ptr_float().put(values(key, tensor.shape())));
    }

    private float[] values(String key, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            double u = PlainFiller.uniform(prefix + key, i);
            values[i] = (float) value(key, shape, u);
        }
        return values;
    }

    private static double value(String key, long[] shape, double u) {
        double s = 2 * u - 1;
        if (key.endsWith(".gamma")) {
            return 0.25 + 0.75 * u;
        }
        if (key.matches(".*(cls_token|pos_embed|mask_token)")) {
            return s;
        }
        if (shape.length == 4) {
            boolean transposed = key.matches(".*\\.resize_layers\\.[01]\\.weight");
            double scale = Math.sqrt(5.0 / (transposed ? shape[0] : shape[1] * shape[2] * shape[3]));
            return s * scale * (key.matches(".*\\.(out_conv|output_conv\\.2)\\.weight") ? 0.5 : 1);
        }
        return shape.length == 2 ? s * Math.sqrt(3.0 / shape[1]) : key.endsWith(".weight") ? 0.5 + u : 0.1 * s;
    }

    private void described(DinoDpt network) {
        json.put("filler_prefix", prefix);
        ObjectNode input = JSON.createObjectNode().put("name", "input");
        input.set("shape", JSON.valueToTree(SHAPE));
        json.putObject("inputs").set("wide", input);
        float[] pixels = PlainFiller.image(prefix + "input", 2, 3, 28, 42);
        json.set("input_check", JSON.valueToTree(Arrays.copyOf(pixels, 7)));
        json.putObject("filler_check")
                .set("input", JSON.valueToTree(new double[] {PlainFiller.uniform(prefix + "input", 0)}));
        json.putObject("filler_check_weights")
                .set("backbone.blocks.2.ls1.gamma", JSON.valueToTree(values("backbone.blocks.2.ls1.gamma", 3)));
        long encoder = 0;
        long all = 0;
        long encoderKeys = 0;
        for (Map.Entry<String, Tensor> p : network.parameters().entrySet()) {
            keys.addObject()
                    .put("key", p.getKey())
                    .put("dtype", "float32")
                    .put("parameter", true)
                    .set("shape", JSON.valueToTree(p.getValue().shape()));
            all += p.getValue().numel();
            if (SegmentationNetwork.ofEncoder(p.getKey())) {
                encoder += p.getValue().numel();
                encoderKeys++;
            }
        }
        json.putObject("configuration")
                .put("encoder", "tiny")
                .put("classes", CLASSES)
                .put("num_keys", keys.size())
                .put("num_backbone_keys", encoderKeys)
                .put("num_parameter_elements", all)
                .put("num_backbone_elements", encoder)
                .put("buffers", 0)
                .put("embed_dim", 48)
                .put("patch", 14);
    }

    private void run(DinoDpt network, Map<String, Tensor> stored) {
        ObjectNode run = json.putObject("runs").putObject("wide");
        run.set("input", json.at("/inputs/wide"));
        ObjectNode stages = run.putObject("stages");
        Tensor images = Tensors.of(PlainFiller.image(prefix + "input", 2, 3, 28, 42), SHAPE);
        Tensor lowres = network.forward(images, null, (name, tensor) -> stage(stages.putObject(name), tensor))
                .logits();
        Tensor logits = Bilinear.enlarged(lowres, SHAPE[2], SHAPE[3]);
        result(run, "lowres", lowres);
        result(run, "logits", logits);
        stored.put(VARIANT + ".wide.lowres", lowres.detach());
        stored.put(
                VARIANT + ".wide.logits_image1_first2",
                logits.detach().narrow(0, 1, 1).narrow(1, 0, 2));
        Tensor loss = logits.pow(new Scalar(2)).mean();
        loss.backward();
        run.put("loss_mean_square_float64", loss.item_double());
        gradients(run, network);
    }

    private static void result(ObjectNode run, String name, Tensor tensor) {
        Statistics s = Statistics.of(tensor);
        run.set(name + "_shape", JSON.valueToTree(s.shape()));
        run.put(name + "_mean", s.mean()).put(name + "_std", s.deviation()).put(name + "_l2_float64", s.norm());
        run.set(name + "_samples", JSON.valueToTree(s.samples()));
    }

    private static void stage(ObjectNode stage, Tensor tensor) {
        Statistics s = Statistics.of(tensor);
        stage.set("shape", JSON.valueToTree(s.shape()));
        stage.put("mean", s.mean()).put("std", s.deviation()).put("l2", s.norm());
        stage.set("samples", JSON.valueToTree(s.samples()));
    }

    private static void gradients(ObjectNode run, DinoDpt network) {
        ObjectNode gradients = run.putObject("grads");
        ArrayNode without = run.putArray("parameters_without_gradient");
        double squares = 0;
        for (Map.Entry<String, Tensor> p : network.parameters().entrySet()) {
            Tensor gradient = p.getValue().grad();
            if (!gradient.defined()) {
                without.add(p.getKey());
                continue;
            }
            Statistics s = Statistics.of(gradient);
            squares += s.norm() * s.norm();
            gradients
                    .putObject(p.getKey())
                    .put("l2_float64", s.norm())
                    .put("max_abs_float64", s.largest())
                    .set("samples", JSON.valueToTree(s.samples()));
        }
        run.put("total_grad_norm_float64", Math.sqrt(squares));
    }

    /** Another value, or list of values, at a place. */
    void change(String pointer, JsonNode value) {
        int slash = pointer.lastIndexOf('/');
        ((ObjectNode) json.at(pointer.substring(0, slash))).set(pointer.substring(slash + 1), value);
    }
}
