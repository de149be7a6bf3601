package dev.imas.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.run.SampleFile.View;
import dev.imas.run.Summary.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written into a run directory is found again, under the names that people and other programs know. */
class RunFilesTest {
    @TempDir
    Path root;

    private final List<String> notes = new ArrayList<>();

    @Test
    void metrics() throws IOException {
        Path file = new RunDirectory(root).metrics();
        long kept;
        try (Metrics.Log log = new Metrics.Log(file, 0)) {
            log.row(new StepMetrics(1, 2, 0.01, 0.5, Double.NaN, 0.25, 0.75, 30, 0.1, Double.NaN));
            kept = log.sync();
            log.row(new StepMetrics(1, 3, 9, 9, 9, 9, 9, 9, 9, 9));
        }
        try (Metrics.Log log = new Metrics.Log(file, kept)) {
            log.row(
                    new StepMetrics(2, 4, 0.02, 0.6, 0.125, 0.5, 1, 40, 0, 0.375),
                    new EpochMetrics(2, 4, 0.375, 0.625, new double[0], new double[0]));
        }
        assertThat(Metrics.read(file, notes).rows())
                .containsExactly(
                        new Metrics.Row(
                                1, 2, 0.01, 0.5, Double.NaN, 0.25, 0.75, Double.NaN, Double.NaN, 30, Double.NaN),
                        new Metrics.Row(2, 4, 0.02, 0.6, 0.125, 0.5, 1, 0.375, 0.625, 40, 0.375));
        assertThat(notes).isEmpty();
        assertThat(Files.readString(file))
                .startsWith("epoch,step,lr,loss_sup,loss_unsup,gamma_mean,confident_ratio,"
                        + "miou_student,miou_teacher,images_per_second,loss_dice\n1,2,0.01,0.5,,0.25,0.75,,,30.0,\n");
        assertThat(Metrics.read(file, notes).last(Metrics.Row::lossUnsup)).isEqualTo(0.125);
    }

    @Test
    void settingsThatRepeatEachOtherAreNotWrittenOut() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 25; i++) {
            yaml.append(String.format(Locale.ROOT, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1));
        }
        SavedConfig config = SavedConfig.of(yaml + "name: run\n", notes);
        assertThat(config.setting("name")).isEqualTo("run");
        assertThat(config.setting("a24")).isEmpty();
        assertThat(config.element("a24", 0)).isEmpty();
        assertThat(config.element("a0", 0)).contains("x");
        assertThat(notes).isEmpty();
    }

    @Test
    void aLogThatWasCutCannotGoOn() throws IOException {
        Path file = Files.writeString(new RunDirectory(root).metrics(), "epoch\n");
        assertThatThrownBy(() -> new Metrics.Log(file, 100))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has 6 bytes, the checkpoint needs the first 100");
    }

    @Test
    void aRunThatWasKilledAsItBeganMayBeginAgain() throws IOException {
        RunDirectory run = RunDirectory.open(root.resolve("deep/run"), false);
        Files.createFile(run.lock());
        Files.writeString(run.root().resolve("config.yaml.tmp"), "name: h");
        RunDirectory.open(run.root(), false);
        Files.createFile(run.root().resolve("notes.txt"));
        Files.delete(run.lock());
        assertThatThrownBy(() -> RunDirectory.open(run.root(), false)).hasMessageContaining("is not empty");
    }

    @Test
    void hardness() throws IOException {
        Path file = new RunDirectory(root).hardness();
        try (Hardness.Log log = new Hardness.Log(file, 0)) {
            log.row(1, "a, with a comma", 0.75f);
            log.row(2, "b", 0.5f);
        }
        Hardness found = Hardness.read(file, notes);
        assertThat(found.images()).containsExactly("a, with a comma", "b");
        assertThat(found.at(1, 0)).isEqualTo(0.25f);
        assertThat(found.at(2, 0)).isNaN();
        assertThat(found.at(2, 1)).isEqualTo(0.5f);
        assertThat(notes).isEmpty();
        assertThat(Files.readString(file))
                .isEqualTo("epoch,image,gamma,hardness\n1,\"a, with a comma\",0.75,0.25\n2,b,0.5,0.5\n");
    }

    @Test
    void classes() throws IOException {
        Path file = Files.writeString(
                new RunDirectory(root).classIou(), "of an earlier evaluation, and longer than the new one".repeat(9));
        List<ClassIou> classes =
                List.of(new ClassIou(0, "sky \"blue\"", 0.5, 0.25), new ClassIou(1, "road", Double.NaN, 1));
        ClassIou.write(file, classes);
        assertThat(ClassIou.read(file, notes)).isEqualTo(classes);
        assertThat(notes).isEmpty();
        assertThat(Files.readString(file)).startsWith("class,name,iou_student,iou_teacher\n");
    }

    @Test
    void summary() throws IOException {
        Path file = new RunDirectory(root).summary();
        RunSummary figures = new RunSummary(
                "name", "IMAS", 7, "cpu", "FP32", 8, 2, 0.25, 0.5, 0.75, 1, 12.5, 0.125, 100, 200, 1, "student", 4, 3);
        Summary.write(
                file,
                figures,
                new Summary.Data(20, 180, 40, Map.of("labeled", "20 pictures")),
                new Summary.Versions("1", "2", "17"),
                new Summary.Machine("cpu model", 2, 1, "Linux", "cpu", true));
        Summary found = Summary.parse(Files.readString(file));
        assertThat(found.found()).isTrue();
        assertThat(found.text(Figure.NAME)).contains("name");
        assertThat(found.text(Figure.METHOD)).contains("IMAS");
        assertThat(found.number(Figure.MIOU_TEACHER)).isEqualTo(0.5);
        assertThat(found.number(Figure.RSS_LAST)).isEqualTo(200);
        assertThat(found.text(Figure.RESULT)).contains("student");
        assertThat(found.pictures()).contains(new Summary.Pictures(20, 180, OptionalLong.of(40)));
        assertThat(found.others().keySet()).containsExactly("versions", "machine");
        assertThat(found.json().at("/machine/channels_last").asBoolean()).isTrue();
        assertThat(found.json().at("/data/fingerprints/labeled").asText()).isEqualTo("20 pictures");
    }

    @Test
    void everyFigureOfASummaryHasAName() {
        List<String> components = Arrays.stream(RunSummary.class.getRecordComponents())
                .map(component ->
                        component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT))
                .toList();
        assertThat(Arrays.stream(Figure.values()).map(Figure::key)).containsExactlyElementsOf(components);
    }

    @Test
    void aSummaryWithoutItsPartsHasNone() throws IOException {
        Summary found = Summary.parse("{\"steps\": \"many\", \"name\": \" \", \"data\": {\"labeled\": 1}}");
        assertThat(found.number(Figure.STEPS)).isNaN();
        assertThat(found.text(Figure.NAME)).isEmpty();
        assertThat(found.pictures()).contains(new Summary.Pictures(1, 0, OptionalLong.empty()));
        assertThat(Summary.NONE.found()).isFalse();
        assertThat(Summary.NONE.pictures()).isEmpty();
        assertThatThrownBy(() -> Summary.parse("[1]"))
                .isInstanceOf(IOException.class)
                .hasMessage("is not a JSON object");
        assertThatThrownBy(() -> Summary.parse("{\"a\": "))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("is damaged in line 1");
    }

    @Test
    void samples() throws IOException {
        Path folder = Files.createDirectories(new RunDirectory(root).samples());
        for (View view : View.values()) {
            Files.createFile(folder.resolve(new SampleFile(3, view).name()));
        }
        Files.createFile(folder.resolve("notes.png"));
        assertThat(SampleFile.in(folder)).containsOnlyKeys(3);
        assertThat(SampleFile.in(folder).get(3))
                .containsEntry(View.STUDENT, folder.resolve("003-student.png"))
                .hasSize(4);
        assertThat(SampleFile.of(folder.resolve("012-truth.png")))
                .isEqualTo(Optional.of(new SampleFile(12, View.TRUTH)));
        assertThat(SampleFile.in(root.resolve("none"))).isEmpty();
    }

    @Test
    void checkpoints() throws IOException {
        CheckpointFiles files = new RunDirectory(root).checkpoints();
        assertThat(files.steps()).isEmpty();
        Files.createDirectories(files.folder());
        for (long step : List.of(8L, 6L, 1_000_000_000L)) {
            Files.createFile(files.description(step));
            Files.createFile(files.tensors(step));
        }
        assertThat(files.folder().resolve("step-000000008.json")).exists();
        assertThat(files.folder().resolve("step-000000008.safetensors")).exists();
        assertThat(files.steps()).containsExactly(1_000_000_000L, 8L, 6L);
        files.delete(8);
        assertThat(files.steps()).containsExactly(1_000_000_000L, 6L);
        assertThat(files.tensors(8)).doesNotExist();
    }

    @Test
    void savedConfig() {
        SavedConfig config = SavedConfig.of("name: x\ndata: {class_names: [sky, road], classes: 2}\n", notes);
        assertThat(config.setting("data.classes")).isEqualTo("2");
        assertThat(config.setting("data.none.deeper")).isEmpty();
        assertThat(config.element("data.class_names", 1)).contains("road");
        assertThat(config.element("data.class_names", 2)).isEmpty();
        assertThat(config.element("data.classes", 0)).isEmpty();
        assertThat(notes).isEmpty();
        assertThat(SavedConfig.of("name: [open", notes).values()).isEmpty();
        assertThat(notes).singleElement().asString().startsWith("config.yaml is damaged");
    }
}
