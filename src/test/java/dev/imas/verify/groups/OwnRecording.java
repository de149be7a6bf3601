package dev.imas.verify.groups;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.GammaVersion;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.device.TensorKernels;
import dev.imas.device.Torch;
import dev.imas.nn.Bilinear;
import dev.imas.nn.DeepLabV3Plus;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.semi.CutMix;
import dev.imas.semi.StepResult;
import dev.imas.verify.PlainFiller;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.memory.OneThread;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Recordings of groups 08 and 09 that this project makes of its own tiny network, under fillers whose names begin with
 * a prefix. The fillers come from {@link PlainFiller}, by whole names: nothing here goes through the code that reads
 * {@code filler_prefix}, which is only written down.
 */
final class OwnRecording {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS = 4;
    private static final List<String> WATCHED =
            List.of("encoder.conv1.0.weight", "decoder.classifier.6.weight", "encoder.bn1.running_mean");

    private final Path root;
    private final String prefix;

    OwnRecording(Path root, String prefix) {
        this.root = root;
        this.prefix = prefix;
        Torch.load();
    }

    /** Folder 08_network: one variant T, one pass in evaluation mode. */
    void network() throws IOException {
        Path folder = Files.createDirectories(root.resolve("08_network"));
        ImasConfig.Network settings = ConfigYaml.defaults().network().with(network -> network.backbone(Backbone.TINY)
                .stem(Stem.DEEP)
                .outputStride(16)
                .aspp(List.of(1, 2, 3))
                .multiGrid(false)
                .auxiliary(false));
        ObjectNode json = JSON.createObjectNode().put("filler_prefix", prefix);
        json.putObject("input").put("name", "input").set("shape", JSON.valueToTree(new int[] {2, 3, 33, 41}));
        ObjectNode variant = json.putObject("variants")
                .putObject("T")
                .put("arch", "tiny")
                .put("output_stride", 16)
                .put("classes", 5)
                .put("aux", false)
                .put("multi_grid", false);
        variant.set("aspp_dilations", JSON.valueToTree(settings.aspp()));
        ObjectNode keys = JSON.createObjectNode();
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus network = new DeepLabV3Plus(settings, 5, 0)) {
            fill(network.state());
            ArrayNode list = keys.putObject("T").putArray("keys");
            network.state().forEach((key, tensor) -> list.addObject()
                    .put("key", key)
                    .put("dtype", NetworkGolden.typeName(tensor))
                    .put("parameter", network.parameters().containsKey(key))
                    .set("shape", JSON.valueToTree(tensor.shape())));
            float[] image = PlainFiller.image(prefix + "input", 2, 3, 33, 41);
            json.set("input_check", JSON.valueToTree(java.util.Arrays.copyOf(image, 7)));
            // A name may be recorded whole or without the prefix.
            json.putObject("filler_check")
                    .<ObjectNode>set("input", uniform(prefix + "input"))
                    .set(prefix + "input.coarse", uniform(prefix + "input.coarse"));
            json.putObject("filler_check_weights")
                    .set(
                            "encoder.conv1.0.weight",
                            JSON.valueToTree(java.util.Arrays.copyOf(
                                    Tensors.floats(network.state().get("encoder.conv1.0.weight")), 4)));
            Tensor lowres =
                    network.forward(Tensors.of(image, 2, 3, 33, 41), false).logits();
            Tensor logits = Bilinear.enlarged(lowres, 33, 41);
            Tensor loss = logits.pow(new Scalar(2)).mean();
            loss.backward();
            ObjectNode pass = variant.putObject("eval")
                    .put("logits_mean", logits.mean().item_double())
                    .put("logits_std", logits.std().item_double())
                    .put("loss_mean_square", loss.item_double())
                    .put("total_grad_norm", gradientNorm(network));
            pass.set("logits_samples", JSON.valueToTree(Samples.of(Tensors.floats(logits))));
            pass.putObject("stages");
            pass.putObject("grads");
            WeightFiles.save(Map.of("T.eval.lowres", lowres.detach()), folder.resolve("network.safetensors"), Map.of());
        }
        JSON.writeValue(folder.resolve("network.json").toFile(), json);
        JSON.writeValue(folder.resolve("state_dict_keys.json").toFile(), keys);
    }

    private JsonNode uniform(String name) {
        return JSON.valueToTree(new double[] {PlainFiller.uniform(name, 0), PlainFiller.uniform(name, 1)});
    }

    /** Folder 09_training: the first steps of the built-in run's settings and draws, with the tiny network. */
    void training() throws IOException {
        Path folder = Files.createDirectories(root.resolve("09_training"));
        ObjectNode json = (ObjectNode) GoldenData.builtIn().json("09_training/voc.json");
        ((ObjectNode) json.at("/configuration/net/encoder")).put("type", "tiny");
        ((ObjectNode) json.at("/configuration/net/encoder/kwargs")).put("multi_grid", false);
        ((ObjectNode) json.at("/configuration/net/decoder/kwargs"))
                .set("dilations", JSON.valueToTree(List.of(1, 2, 3)));
        for (String list : List.of("steps", "steps_float64", "drift")) {
            ArrayNode rows = (ArrayNode) json.get(list);
            while (rows.size() > STEPS) {
                rows.remove(STEPS);
            }
            if (!list.equals("steps")) {
                rows.forEach(row -> ((ObjectNode) row).removeAll());
            }
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope();
                OneThread alone = new OneThread()) {
            // Under this name the run's batches have whole names without a prefix.
            RecordedRun run =
                    new RecordedRun(json.deepCopy().put("filler_prefix", "").put("name", prefix + "voc"));
            try (SegmentationNetwork student = filled(run.config());
                    SegmentationNetwork teacher = filled(run.config())) {
                Replay replay = new Replay(run, Place.CPU, student, teacher);
                for (int i = 0; i < STEPS; i++) {
                    ObjectNode row = (ObjectNode) json.get("steps").get(i);
                    result(row, (StepResult.SemiSupervised) replay.step(row), run);
                    row.put("grad_l2_total", gradientNorm(student));
                    ObjectNode gradients = row.putObject("grad_l2");
                    student.parameters().forEach((key, tensor) -> {
                        if (WATCHED.contains(key)) {
                            gradients.put(key, norm(tensor.grad()));
                        }
                    });
                    ((ObjectNode) json.get("steps_float64").get(i)).set("grad_l2", gradients);
                    ((ObjectNode) json.get("drift").get(i)).put("worst parameter l2 relative", 1e-6);
                    ObjectNode after = row.putObject("after");
                    state(after, "student", student);
                    state(after, "teacher", teacher);
                }
                ObjectNode last = json.putObject("final");
                last.putObject("num_batches_tracked");
                end(last, "student", student, run, tensors);
                end(last, "teacher", teacher, run, tensors);
            }
            tensors.put("labels.step0", Tensors.of(run.labels(2, 0), 2, run.height(), run.width()));
            json.putObject("final_drift")
                    .put("final eval logits: max |f32-f64|", 1e-5)
                    .put("student: worst sample |f32-f64| / max|sample|", 1e-5)
                    .put("teacher: worst sample |f32-f64| / max|sample|", 1e-5);
            WeightFiles.save(tensors, folder.resolve("voc.safetensors"), Map.of());
        }
        JSON.writeValue(folder.resolve("voc.json").toFile(), json.put("filler_prefix", prefix));
    }

    private static void result(ObjectNode row, StepResult.SemiSupervised result, RecordedRun run) {
        row.put("sup_loss", result.lossSup().item_float())
                .put("total_loss", result.total().item_float())
                .put("unsup_loss", result.lossUnsup().item_float());
        ArrayNode terms = row.putArray("unsup_terms");
        result.views().forEach(view -> terms.add(view.item_float()));
        row.set(
                "hardness_v1",
                JSON.valueToTree(Tensors.floats(result.agreement().gamma())));
        row.set(
                "hardness_v2",
                JSON.valueToTree(Tensors.floats(new TensorKernels(Place.CPU.compute())
                        .agreement(result.pseudo(), run.config().unsupervised().withGammaVersion(GammaVersion.V2))
                        .gamma())));
        row.set(
                "ratio_student",
                JSON.valueToTree(Tensors.floats(result.agreement().parts().select(3, 2))));
        row.set(
                "ratio_teacher",
                JSON.valueToTree(Tensors.floats(result.agreement().parts().select(3, 3))));
        row.put("cutmix_fired", result.cutmix() instanceof CutMix.Fired);
        row.remove("pairing");
        int pixels = run.height() * run.width();
        byte[] labels = Tensors.bytes(result.pseudo().labels());
        ArrayNode classes = row.putArray("classes_teacher");
        for (int b = 0; b < labels.length / pixels; b++) {
            java.util.Set<Byte> present = new java.util.HashSet<>();
            for (int p = b * pixels; p < (b + 1) * pixels; p++) {
                present.add(labels[p]);
            }
            classes.add(present.size());
        }
        Tensor both = result.pseudo().counts().narrow(3, 2L * run.classes(), run.classes());
        row.put("label_agreement", both.sum().item_double() / labels.length);
    }

    private void state(ObjectNode after, String who, SegmentationNetwork network) {
        ObjectNode norms = after.putObject(who + "_l2");
        ObjectNode moved = after.putObject(who + "_moved_l2");
        for (String key : WATCHED) {
            Tensor tensor = network.state().get(key);
            norms.put(key, norm(tensor));
            moved.put(
                    key, norm(tensor.sub(Tensors.of(PlainFiller.state(prefix, key, tensor.shape()), tensor.shape()))));
        }
    }

    private void end(
            ObjectNode last, String who, SegmentationNetwork network, RecordedRun run, Map<String, Tensor> tensors) {
        ObjectNode own = last.putObject(who);
        for (String key : WATCHED) {
            own.putObject(key)
                    .put("l2", norm(network.state().get(key)))
                    .set(
                            "samples",
                            JSON.valueToTree(
                                    Samples.of(Tensors.floats(network.state().get(key)))));
        }
        last.put(
                "all_" + who + "_l2",
                Math.sqrt(network.parameters().values().stream()
                        .mapToDouble(p -> Math.pow(norm(p), 2))
                        .sum()));
        ((ObjectNode) last.get("num_batches_tracked"))
                .put(who, Tensors.floats(network.state().get("encoder.bn1.num_batches_tracked"))[0]);
        Tensor input = Tensors.of(
                PlainFiller.image(prefix + "input", 2, 3, run.height(), run.width()), 2, 3, run.height(), run.width());
        tensors.put(
                "final." + who + "_eval_lowres",
                network.forward(input, false).logits().detach());
    }

    private SegmentationNetwork filled(ImasConfig config) {
        SegmentationNetwork network =
                SegmentationNetwork.create(config.network(), config.data().classes(), 0);
        fill(network.state());
        return network;
    }

    private void fill(Map<String, Tensor> state) {
        Torch.withoutGradient(() -> state.forEach((key, tensor) -> {
            try (PointerScope scope = new PointerScope()) {
                tensor.copy_(Tensors.of(PlainFiller.state(prefix, key, tensor.shape()), tensor.shape()));
            }
        }));
    }

    private static double gradientNorm(SegmentationNetwork network) {
        return Math.sqrt(network.parameters().values().stream()
                .mapToDouble(p -> Math.pow(norm(p.grad()), 2))
                .sum());
    }

    private static double norm(Tensor tensor) {
        double squares = 0;
        for (float value : Tensors.floats(tensor)) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
