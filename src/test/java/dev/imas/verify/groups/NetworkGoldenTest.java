package dev.imas.verify.groups;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.engine.GroupRunner;
import dev.imas.verify.memory.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network's and the checkpoints' comparisons can fail: changed records are found, all of them and nothing else. */
class NetworkGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path root;

    @Test
    void changedRecordsOfTheNetworkFail() throws IOException {
        copy("08_network");
        edit("08_network/network.json", json -> {
            JsonNode variant = json.at("/variants/E");
            scale(variant.at("/eval"), "loss_mean_square", 1.0001);
            scale(variant.at("/eval/grads/decoder.classifier.6.bias"), "l2", 1.002);
            scale(variant.at("/eval/stages/encoder.layer3"), "l2", 1.0001);
            scale(variant.at("/train"), "total_grad_norm", 1.02);
            move(variant.at("/train/stages/decoder.head/samples"), 3, 1e-3);
            move(variant.at("/eval/aux_logits_samples"), 5, 1e-4);
            move(json.at("/filler_check/input"), 0, 1e-12);
        });
        edit("08_network/state_dict_keys.json", json -> ((ObjectNode) json.at("/E/keys/4")).put("parameter", true));
        assertThat(failed(new NetworkGolden(Place.CPU)))
                .containsExactlyInAnyOrder(
                        "E.eval.loss_mean_square",
                        "E.eval.grads.decoder.classifier.6.bias.l2",
                        "E.eval.stages.encoder.layer3.l2",
                        "E.train.total_grad_norm",
                        "E.train.stages.decoder.head.samples",
                        "E.eval.aux_logits_samples",
                        "filler.input",
                        "E.state_dict_keys");
    }

    @Test
    void changedRecordsOfCheckpointsFail() throws IOException {
        copy("12_checkpoint");
        edit("12_checkpoint/checkpoint.json", json -> {
            ((ObjectNode) json.at("/files/0")).put("epoch", 38);
            move(json.at("/files/0"), "best_miou", 1e-12);
            ((ArrayNode) json.at("/files/1/teacher_state_keys")).remove(0);
            ((ObjectNode) json.at("/files/2/dtypes")).put("module.encoder.0.weight", "float16");
            ((ObjectNode) json.at("/files/3/optimizer_param_groups/1")).put("lr", 0.02);
            // the other state's tensors
            ((ObjectNode) json.at("/files/8")).put("expected", "parameters.safetensors");
        });
        assertThat(failed(new CheckpointGolden()))
                .contains(
                        "ckpt_npbest_zip.pth.epoch",
                        "ckpt_npbest_zip.pth.best_miou",
                        "ckpt_npbest_legacy.pth.teacher_state.key_order",
                        "ckpt_intbest_zip.pth.model_state.types",
                        "ckpt_intbest_legacy.pth.optimizer_param_groups",
                        "module_zip.pth.tensors",
                        "module_zip.pth.conv1.weight.values");
    }

    private List<String> failed(GoldenGroup group) {
        List<Check> checks = new ArrayList<>();
        GroupRunner.run(group, new GoldenData(root), checks::add);
        assertThat(checks).hasSizeGreaterThan(50);
        return checks.stream().filter(check -> !check.passed()).map(Check::name).toList();
    }

    private void copy(String folder) throws IOException {
        Files.createDirectory(root.resolve(folder));
        try (Stream<Path> files = Files.list(GoldenData.builtIn().root().resolve(folder))) {
            for (Path file : files.toList()) {
                Files.copy(file, root.resolve(folder).resolve(file.getFileName()));
            }
        }
    }

    private interface Edit {
        void apply(JsonNode json);
    }

    private void edit(String file, Edit edit) throws IOException {
        JsonNode json = JSON.readTree(root.resolve(file).toFile());
        edit.apply(json);
        Files.write(root.resolve(file), JSON.writeValueAsBytes(json));
    }

    private static void scale(JsonNode object, String key, double factor) {
        ((ObjectNode) object).put(key, object.get(key).doubleValue() * factor);
    }

    private static void move(JsonNode object, String key, double distance) {
        ((ObjectNode) object).put(key, object.get(key).doubleValue() + distance);
    }

    private static void move(JsonNode list, int index, double distance) {
        ((ArrayNode) list)
                .set(index, JSON.getNodeFactory().numberNode(list.get(index).doubleValue() + distance));
    }
}
