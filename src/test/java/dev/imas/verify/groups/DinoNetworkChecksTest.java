package dev.imas.verify.groups;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.imas.device.Torch;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.Comparison;
import dev.imas.verify.memory.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks of whole networks of group 13 pass on a recording, and each fails when what it compares is changed. */
class DinoNetworkChecksTest {
    private static final String PREFIX = "another recording/";

    @TempDir
    private static Path folder;

    private static OwnDinoRecording recording;

    @BeforeAll
    static void record() throws IOException {
        Torch.load();
        recording = new OwnDinoRecording(folder, PREFIX);
    }

    @Test
    void aRecordingPassesWithItsPrefixAlone() {
        assertThat(run()).hasSizeGreaterThan(400).allSatisfy(check -> assertThat(check.passed())
                .as(check.toString())
                .isTrue());
        recording.change("/filler_prefix", TextNode.valueOf(""));
        try {
            assertThat(failed()).contains("T.filler.input", "T.wide.lowres", "T.wide.total_grad_norm");
        } finally {
            recording.change("/filler_prefix", TextNode.valueOf(PREFIX));
        }
    }

    @Test
    void everyKindOfRecordedNumberIsCompared() {
        for (String place : List.of(
                "lowres_mean",
                "logits_std",
                "logits_l2_float64",
                "loss_mean_square_float64",
                "total_grad_norm_float64",
                "stages/pos_embed/l2",
                "stages/features.2/mean",
                "stages/backbone.blocks.3/std",
                "grads/backbone.pos_embed/l2_float64",
                "grads/head.resize_layers.1.weight/l2_float64")) {
            JsonNode old = recording.json.at("/runs/wide/" + place);
            recording.change("/runs/wide/" + place, DoubleNode.valueOf(old.asDouble() * 1.001 + 1e-3));
            assertThat(failed()).as(place).hasSize(1);
            recording.change("/runs/wide/" + place, old);
        }
    }

    @Test
    void samplesAreComparedOneByOne() {
        for (String place : List.of(
                "logits_samples",
                "stages/features.0/samples",
                "stages/head.scratch.refinenet4/samples",
                "grads/backbone.blocks.0.attn.qkv.weight/samples")) {
            ArrayNode samples = (ArrayNode) recording.json.at("/runs/wide/" + place);
            double old = samples.get(5).asDouble();
            samples.set(5, DoubleNode.valueOf(old + 0.1));
            assertThat(failed()).as(place).hasSize(1);
            samples.set(5, DoubleNode.valueOf(old));
        }
    }

    @Test
    void aMissingIntermediateResultAndAnotherListOfKeysFail() {
        recording.change("/runs/wide/stages/nobody", recording.json.at("/runs/wide/stages/tokens"));
        JsonNode last = recording.keys.remove(recording.keys.size() - 1);
        try {
            assertThat(failed()).containsExactlyInAnyOrder("T.wide.stages.nobody", "T.state_dict_keys");
        } finally {
            recording.keys.add(last);
            ((ObjectNode) recording.json.at("/runs/wide/stages")).remove("nobody");
        }
    }

    private static List<Check> run() {
        List<Check> checks = new ArrayList<>();
        new DinoNetworkChecks(
                        new Comparison("13_dino", checks::add),
                        Place.CPU,
                        OwnDinoRecording.VARIANT,
                        recording.json,
                        recording.tensors)
                .run(recording.keys);
        return checks;
    }

    private static List<String> failed() {
        return run().stream().filter(check -> !check.passed()).map(Check::name).toList();
    }
}
