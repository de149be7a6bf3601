package dev.imas.verify.groups;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.device.Torch;
import dev.imas.verify.PlainFiller;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.engine.GroupRunner;
import dev.imas.verify.memory.Place;
import dev.imas.verify.memory.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The prefix of a recording reaches every filler name of groups 08 and 09: weights, inputs, batches, distances moved.
 */
class FillerPrefixTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "second recording/";

    @TempDir
    private Path root;

    @BeforeAll
    static void load() {
        Torch.load();
    }

    @Test
    void aNetworkRecordedWithAPrefixPassesWithItAlone() throws IOException {
        new OwnRecording(root, PREFIX).network();
        assertThat(run(new NetworkGolden(Place.CPU))).hasSizeGreaterThan(10).allMatch(Check::passed);

        prefix("08_network/network.json", "");
        assertThat(failed(new NetworkGolden(Place.CPU)))
                .contains(
                        "filler.input", "T.filler.encoder.conv1.0.weight", "T.eval.lowres", "T.eval.loss_mean_square");
    }

    @Test
    void aRunRecordedWithAPrefixPassesWithItAlone() throws IOException {
        new OwnRecording(root, PREFIX).training();
        assertThat(run(new TrainingGolden(Place.CPU)))
                .hasSizeGreaterThan(100)
                .allMatch(Check::passed)
                .anyMatch(check -> check.name().equals("voc.step3.teacher_moved_l2.encoder.conv1.0.weight"));

        prefix("09_training/voc.json", "");
        assertThat(failed(new TrainingGolden(Place.CPU)))
                .contains(
                        "voc.step0.sup_loss",
                        "voc.step0.unsup_term0",
                        "voc.step0.student_l2.encoder.conv1.0.weight",
                        "voc.step0.student_moved_l2.encoder.conv1.0.weight",
                        "voc.final.teacher.eval_lowres");
    }

    @Test
    void thePublishedRecordingsFailUnderAnotherPrefix() throws IOException {
        copy("08_network");
        prefix("08_network/network.json", PREFIX);
        assertThat(failed(new NetworkGolden(Place.CPU)))
                .contains(
                        "filler.input", "E.filler.encoder.conv1.0.weight", "E.eval.lowres", "E.train.loss_mean_square")
                .doesNotContain("run");

        copy("09_training");
        edit("09_training/voc.json", json -> {
            ArrayNode steps = (ArrayNode) json.get("steps");
            while (steps.size() > 1) {
                steps.remove(1);
            }
            json.put("filler_prefix", PREFIX);
        });
        assertThat(failed(new TrainingGolden(Place.CPU)))
                .contains(
                        "voc.step0.sup_loss",
                        "voc.step0.teacher_labels",
                        "voc.step0.student_l2.encoder.conv1.0.weight",
                        "voc.final.teacher.eval_lowres")
                .doesNotContain("run");
    }

    @Test
    void everyBatchHasThePrefix() throws IOException {
        ObjectNode json = (ObjectNode) GoldenData.builtIn().json("09_training/voc.json");
        RecordedRun run = new RecordedRun(json.put("filler_prefix", PREFIX));
        try (PointerScope scope = new PointerScope()) {
            for (int step : new int[] {0, 3}) {
                RecordedRun.Batch batch = run.batch(step);
                int j = step % 2;
                assertThat(Tensors.floats(batch.labeled()))
                        .containsExactly(PlainFiller.image(PREFIX + "voc.image_l." + j, 2, 3, 65, 65));
                assertThat(Tensors.floats(batch.weak()))
                        .containsExactly(PlainFiller.image(PREFIX + "voc.image_u_weak." + j, 2, 3, 65, 65));
                assertThat(Tensors.floats(batch.strong()))
                        .containsExactly(PlainFiller.image(PREFIX + "voc.image_u_strong." + j, 2, 3, 65, 65));
            }
        }
    }

    @Test
    void aPrefixThatIsNoTextIsNamed() throws IOException {
        for (GoldenGroup group : List.of(new NetworkGolden(Place.CPU), new TrainingGolden(Place.CPU))) {
            copy(group.name());
            edit(
                    group.name() + (group.name().startsWith("08") ? "/network.json" : "/voc.json"),
                    json -> json.put("filler_prefix", 7));
            assertThat(run(group)).last().satisfies(check -> assertThat(check.note())
                    .contains("filler_prefix 7")
                    .hasLineCount(1));
        }
    }

    private List<Check> run(GoldenGroup group) {
        List<Check> checks = new ArrayList<>();
        GroupRunner.run(group, new GoldenData(root), checks::add);
        return checks;
    }

    private List<String> failed(GoldenGroup group) {
        return run(group).stream()
                .filter(check -> !check.passed())
                .map(Check::name)
                .toList();
    }

    private void copy(String folder) throws IOException {
        Files.createDirectory(root.resolve(folder));
        try (Stream<Path> files = Files.list(GoldenData.builtIn().root().resolve(folder))) {
            for (Path file : files.toList()) {
                Files.copy(file, root.resolve(folder).resolve(file.getFileName()));
            }
        }
    }

    private void prefix(String file, String prefix) throws IOException {
        edit(file, json -> json.put("filler_prefix", prefix));
    }

    private interface Edit {
        void apply(ObjectNode json);
    }

    private void edit(String file, Edit edit) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(root.resolve(file).toFile());
        edit.apply(json);
        JSON.writeValue(root.resolve(file).toFile(), json);
    }
}
