package dev.imas.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.verify.engine.Check;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GoldenGroup;
import dev.imas.verify.engine.GroupRunner;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every comparison can fail: a recorded value is changed, made NaN, or taken away, and the check says so. */
class GoldenFailureTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path BUILT_IN = GoldenData.builtIn().root();

    @TempDir
    private Path root;

    @BeforeEach
    void copyAllButTheTrainingRun() throws IOException {
        try (Stream<Path> files = Files.walk(BUILT_IN)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(f -> !f.getParent().endsWith("09_training"))
                    .toList()) {
                Path target = root.resolve(BUILT_IN.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "01_hardness/hardness.json, /cases/0/runs/0/v1/0, v1",
        "01_hardness/hardness.json, /cases/0/runs/0/v2/0, v2",
        "01_hardness/hardness.json, /cases/1/runs/3/iou_tea/2, iou_tea",
        "01_hardness/hardness.json, /cases/1/runs/3/iou_stu/2, iou_stu",
        "01_hardness/hardness.json, /cases/1/runs/5/ratio_tea/1, ratio_tea",
        "01_hardness/hardness.json, /cases/1/runs/5/ratio_stu/1, ratio_stu",
        "02_unsup_loss/unsup_loss.json, /cases/1/loss, loss",
        "02_unsup_loss/unsup_loss.json, /cases/1/grad_l2, grad_l2",
        "02_unsup_loss/unsup_loss.json, /cases/0/loss, loss",
        "02_unsup_loss/unsup_loss.json, /cases/0/kept_pixels, kept_pixels",
        "02_unsup_loss/unsup_loss.json, /cases/2/grad_nan_elements, grad_nan_elements",
        "03_upsampled/upsampled.json, /cases/0/runs/1/loss, loss",
        "03_upsampled/upsampled.json, /cases/0/runs/2/grad_l2, grad_l2",
        "04_cutmix/cutmix.json, /pairing_table/3/pairing/0, pairing",
        "04_cutmix/cutmix.json, /box_law_statistics/1/min_top, box_extreme",
        "04_cutmix/cutmix.json, /box_law_statistics/1/max_cols, box_size",
        "06_sup_loss/sup_loss.json, /cases/0/loss, loss",
        "06_sup_loss/sup_loss.json, /cases/1/loss, loss",
        "06_sup_loss/sup_loss.json, /cases/0/terms/0, term0",
        "06_sup_loss/sup_loss.json, /cases/0/kept_pixels/0, kept_pixels0",
        "06_sup_loss/sup_loss.json, /cases/0/grad_nonzero, grad_nonzero",
        "07_augment/augment.json, /magnitudes/1/magnitude, magnitude",
        "07_augment/augment.json, /crop/0/x, pixels",
        "10_schedule/schedule.json, /poly/0/rows/1/used_by_the_step/0, group0",
        "10_schedule/schedule.json, /ema/0/rows_iteration_epoch_decay/3/2, ema0",
        "10_schedule/schedule.json, /sgd/steps/2/w/0, step2.w",
        "11_evaluation/evaluation.json, /iou/0/miou, miou",
        "11_evaluation/evaluation.json, /sliding/0/intersection/1, intersection",
        "12_checkpoint/checkpoint.json, /files/0/epoch, epoch"
    })
    void aChangedNumberFails(String file, String pointer, String quantity) throws IOException {
        double recorded = change(file, pointer);
        List<Check> failed = failed(file);
        assertThat(failed).as("%s was %s", pointer, recorded).isNotEmpty().allSatisfy(check -> assertThat(
                        "." + check.name())
                .contains("." + quantity));
    }

    @ParameterizedTest
    @CsvSource({
        "01_hardness/hardness.safetensors, a.teacher_labels, teacher_labels",
        "01_hardness/hardness.safetensors, a.student_max_prob, student_max_prob",
        "02_unsup_loss/unsup_loss.safetensors, e1.grad, grad",
        "02_unsup_loss/unsup_loss.safetensors, f2.labels_after, labels_after",
        "03_upsampled/upsampled.safetensors, b.grad_strong_lowres.t0.7.weighted, grad",
        "03_upsampled/upsampled.safetensors, b.student_labels, student_labels",
        "03_upsampled/upsampled.safetensors, interp1.grad_x, interpolation_backward",
        "04_cutmix/cutmix.safetensors, hardness0.mixed_image, mixed_image",
        "04_cutmix/cutmix.safetensors, tiny_box.mixed_labels, mixed_labels",
        "04_cutmix/cutmix.safetensors, hardness0.mixed_confidence, mixed_confidence",
        "05_intensity_mix/intensity_mix.safetensors, a.mixed, mixed",
        "06_sup_loss/sup_loss.safetensors, ohem_aux.grad, grad",
        "06_sup_loss/sup_loss.safetensors, ohem_aux.grad_aux, grad_aux",
        "07_augment/augment.safetensors, weak_0.image, image",
        "08_network/network.safetensors, E.train.lowres, lowres",
        "11_evaluation/evaluation.safetensors, sliding.one_pixel_window.0.argmax, argmax",
        "12_checkpoint/ckpt_npbest.safetensors, model_state/module.encoder.0.weight, values"
    })
    void aChangedTensorElementFails(String file, String tensor, String quantity) throws IOException {
        changeTensor(file, tensor, false);
        assertThat(failed(file)).isNotEmpty().allSatisfy(check -> assertThat("." + check.name())
                .contains("." + quantity));
    }

    @Test
    void aRecordedNanThatIsNotDocumentedFails() throws IOException {
        changeTensor("05_intensity_mix/intensity_mix.safetensors", "a.mixed", true);
        assertThat(failed("05_intensity_mix/x")).singleElement().satisfies(check -> assertThat(check.error())
                .isNaN());
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        Files.delete(root.resolve("04_cutmix/cutmix.safetensors"));
        assertThat(failed("04_cutmix/x")).singleElement().satisfies(check -> assertThat(check.note())
                .contains("cutmix.safetensors is missing"));
    }

    @Test
    void aMissingTensorAndAMissingKeyAreNamed() throws IOException {
        JsonNode json = read("05_intensity_mix/intensity_mix.json");
        ((ObjectNode) json.at("/cases/0")).put("mixed", "absent");
        ((ObjectNode) json.at("/cases/1")).remove("weak");
        write("05_intensity_mix/intensity_mix.json", json);
        assertThat(failed("05_intensity_mix/x")).singleElement().satisfies(check -> assertThat(check.note())
                .contains("no tensor named absent"));

        ((ArrayNode) json.get("cases")).remove(0);
        write("05_intensity_mix/intensity_mix.json", json);
        assertThat(failed("05_intensity_mix/x"))
                .singleElement()
                .satisfies(check -> assertThat(check.note()).contains("'weak'").contains("'b'"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "02_unsup_loss/unsup_loss.json | /cases/0/labels | \"d.labels\"",
                "02_unsup_loss/unsup_loss.json | /cases/0/confidence | \"d.confidence\"",
                "02_unsup_loss/unsup_loss.json | /cases/1/hardness | [1.0]",
                "02_unsup_loss/unsup_loss.json | /cases/0/threshold | \"high\"",
                "03_upsampled/upsampled.json | /cases/0/size | [-33, 49]",
                "03_upsampled/upsampled.json | /cases/0/size | [2000000000, 2000000000]",
                "03_upsampled/upsampled.json | /cases/0/size | [7]",
                "03_upsampled/upsampled.json | /interpolation/0/output | [400, 500]",
                "04_cutmix/cutmix.json | /cases/0/H | 2000",
                "04_cutmix/cutmix.json | /cases/0/pairing | [7, -1]",
                "04_cutmix/cutmix.json | /cases/0/boxes_top_left_bottom_right | [[-1, 0, 99, 99], [5, 5, 1, 1]]",
                "04_cutmix/cutmix.json | /pairing_table/0/hardness | []",
                "05_intensity_mix/intensity_mix.json | /cases/0/hardness | [0.5]",
                "05_intensity_mix/intensity_mix.json | /cases/0/strong | \"b.strong\"",
                "06_sup_loss/sup_loss.json | /cases/0/type | \"focal\"",
                "06_sup_loss/sup_loss.json | /cases/0/terms | []"
            })
    void whatDoesNotFitTogetherFailsWithANote(String file, String pointer, String value) throws IOException {
        JsonNode json = read(file);
        int slash = pointer.lastIndexOf('/');
        ((ObjectNode) json.at(pointer.substring(0, slash))).set(pointer.substring(slash + 1), JSON.readTree(value));
        write(file, json);
        assertThat(failed(file))
                .noneMatch(check -> check.note().contains("Exception"))
                .last()
                .satisfies(check -> assertThat(check.note()).isNotBlank().hasLineCount(1));
    }

    @Test
    void damagedFilesFailOneGroupAndTheOthersStillRun() throws IOException {
        Files.write(root.resolve("05_intensity_mix/intensity_mix.safetensors"), new byte[] {1, 2, 3});
        Files.writeString(root.resolve("04_cutmix/cutmix.json"), "{\"cases\": [");
        List<GoldenGroup> groups = GoldenSuite.groups().stream()
                .filter(group -> group.name().compareTo("07") < 0)
                .toList();
        List<Check> checks =
                groups.stream().flatMap(group -> run(group).stream()).toList();
        assertThat(checks.stream().filter(check -> !check.passed()).map(Check::group))
                .containsExactly("04_cutmix", "05_intensity_mix");
        assertThat(checks.stream().filter(Check::passed).map(Check::group)).contains("01_hardness", "06_sup_loss");
    }

    @Test
    void anUnknownFolderAnEmptyGroupAndAnEmptyDirectoryFail() throws IOException {
        Path other = Files.createDirectory(root.resolve("other"));
        assertThat(GoldenSuite.run(new GoldenData(other), check -> {}))
                .singleElement()
                .satisfies(check -> assertThat(check.passed()).isFalse());

        Files.createDirectory(other.resolve("99_unknown"));
        Files.createDirectory(other.resolve("05_intensity_mix"));
        Files.copy(
                root.resolve("05_intensity_mix/intensity_mix.safetensors"),
                other.resolve("05_intensity_mix/intensity_mix.safetensors"));
        Files.writeString(other.resolve("05_intensity_mix/intensity_mix.json"), "{\"cases\": []}");
        assertThat(GoldenSuite.run(new GoldenData(other), check -> {}))
                .hasSize(2)
                .allSatisfy(check -> assertThat(check.passed()).isFalse())
                .satisfiesExactly(
                        check -> assertThat(check.note()).contains("nothing was compared"),
                        check -> assertThat(check.note()).contains("no check knows this folder"));
    }

    private List<Check> failed(String fileOfGroup) {
        String folder = fileOfGroup.substring(0, fileOfGroup.indexOf('/'));
        List<Check> checks = GoldenSuite.groups().stream()
                .filter(group -> group.name().equals(folder))
                .flatMap(group -> run(group).stream())
                .toList();
        assertThat(checks).isNotEmpty();
        return checks.stream().filter(check -> !check.passed()).toList();
    }

    private List<Check> run(GoldenGroup group) {
        List<Check> checks = new ArrayList<>();
        GroupRunner.run(group, new GoldenData(root), checks::add);
        return checks;
    }

    /**
     * Moves a number by a little more than any tolerance but those of 08 and 09: 1e-4 of it, 1 for counts; a NaN
     * becomes 1.
     */
    private double change(String file, String pointer) throws IOException {
        JsonNode json = read(file);
        int slash = pointer.lastIndexOf('/');
        JsonNode parent = json.at(pointer.substring(0, slash));
        JsonNode old = json.at(pointer);
        double recorded = GoldenData.number(old);
        JsonNode changed = old.isIntegralNumber()
                ? JSON.getNodeFactory().numberNode(old.asLong() + 1)
                : JSON.getNodeFactory()
                        .numberNode(Double.isNaN(recorded) ? 1 : recorded + Math.max(1e-4 * Math.abs(recorded), 1e-4));
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(pointer.substring(slash + 1)), changed);
        } else {
            ((ObjectNode) parent).set(pointer.substring(slash + 1), changed);
        }
        write(file, json);
        return recorded;
    }

    /** The element of largest absolute value plus 1e-3 of itself (or NaN); for bytes, the first one plus 1. */
    private void changeTensor(String file, String name, boolean toNan) throws IOException {
        Path path = root.resolve(file);
        SafetensorsFile.Entry entry = SafetensorsFile.read(path).get(name);
        int element = 0;
        byte[] bytes;
        if (entry.dtype().equals("F32")) {
            float[] values = entry.floats();
            for (int i = 0; i < values.length; i++) {
                element = Math.abs(values[i]) > Math.abs(values[element]) ? i : element;
            }
            bytes = ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(toNan ? Float.NaN : values[element] * 1.001f)
                    .array();
        } else {
            bytes = new byte[] {(byte) (entry.bytes()[0] + 1)};
        }
        try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
            byte[] length = new byte[8];
            raw.readFully(length);
            byte[] header = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            raw.readFully(header);
            long begin =
                    JSON.readTree(header).get(name).get("data_offsets").get(0).asLong();
            raw.seek(8 + header.length + begin + (long) element * bytes.length);
            raw.write(bytes);
        }
    }

    private JsonNode read(String file) throws IOException {
        return JSON.readTree(root.resolve(file).toFile());
    }

    private void write(String file, JsonNode json) throws IOException {
        Files.writeString(root.resolve(file), JSON.writeValueAsString(json));
    }
}
