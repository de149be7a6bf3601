package dev.imas.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.data.Inspection;
import dev.imas.report.Compared;
import dev.imas.run.StepMetrics;
import dev.imas.semi.Configs;
import dev.imas.train.RunStopped;
import dev.imas.train.TrainListener;
import dev.imas.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A comparison of tiny runs, stopped in the middle and resumed, beside the same runs trained alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComparisonTest {
    private static final ImasConfig CONFIG = Configs.with(Configs.tiny(), "training", "supOnlyEpochs", 1);
    private static final List<Method> METHODS = List.of(Method.IMAS, Method.UNIFORM, Method.SUPERVISED);
    private static final Setup SETUP =
            new Setup(METHODS, List.of(7L), List.of(3), true, Map.of("seeds", List.of("7,")));

    @TempDir
    static Path dir;

    private final Ear ear = new Ear();
    private ComparisonFolder folder;
    private Comparison comparison;

    /** Counts what is trained, and stops the first run of the method imas after its first step alone. */
    private static final class Ear implements Training {
        private final List<String> trained = new ArrayList<>();
        private boolean stop = true;

        @Override
        public void watched(String name, ImasConfig config, Consumer<String> log, Consumer<TrainListener> training) {
            trained.add(name);
            training.accept(new TrainListener() {
                private boolean stepped;

                @Override
                public void step(StepMetrics metrics) {
                    stepped = true;
                }

                @Override
                public boolean stops() {
                    return stop && stepped && name.endsWith("imas");
                }
            });
        }

        @Override
        public void message(String line) {}
    }

    @BeforeAll
    void compare() {
        folder = new ComparisonFolder(dir.resolve("comparison"));
        comparison = Preparation.begin(folder, SETUP, CONFIG, Inspection::of, line -> {});
        assertThatThrownBy(() -> comparison.train(ear)).isInstanceOf(RunStopped.class);
        ear.stop = false;
        comparison = Comparison.resume(folder);
        assertThat(comparison.train(ear)).isEmpty();
        comparison.results(line -> {});
    }

    @Test
    void aForkedRunHasTheBitsOfOneTrainedAlone() throws IOException {
        for (Method method : METHODS) {
            RunKey key = new RunKey(3, 7, method, false);
            ImasConfig alone = new Recipe(folder, SETUP, ConfigYaml.read(folder.plan())).config(key);
            Path other = dir.resolve("alone-" + method);
            Trainer.run(alone, other, false, new TrainListener() {});
            Path forked = folder.run(key).root();
            List<String> files = new ArrayList<>(
                    List.of("config.yaml", "teacher.safetensors", "student.safetensors", "class_iou.csv"));
            files.add("hardness.csv");
            if (method != Method.SUPERVISED) {
                files.add("pseudo_labels.csv");
            }
            for (String file : files) {
                assertThat(Files.mismatch(forked.resolve(file), other.resolve(file)))
                        .as(method + " " + file)
                        .isEqualTo(-1);
            }
            assertThat(forked.resolve("pseudo_labels.csv").toFile().exists()).isEqualTo(method != Method.SUPERVISED);
            assertThat(rows(forked)).as(method + " metrics").isEqualTo(rows(other));
        }
    }

    /** Without the speed, which no two runs share. */
    private static List<String> rows(Path run) throws IOException {
        return Files.readAllLines(run.resolve("metrics.csv")).stream()
                .map(row -> row.replaceFirst(",[^,]*(,[^,]*)$", "$1"))
                .toList();
    }

    @Test
    void nothingIsTrainedTwiceAndTheSharedPartOnce() {
        assertThat(ear.trained)
                .containsExactly(
                        "labels3-seed7-shared",
                        "labels3-seed7-imas",
                        "labels3-seed7-imas",
                        "labels3-seed7-uniform",
                        "labels3-seed7-supervised",
                        "ceiling");
        int before = ear.trained.size();
        assertThat(Comparison.resume(folder).train(ear)).isEmpty();
        assertThat(ear.trained).hasSize(before);
        assertThat(folder.root().resolve("labels3-seed7-shared")).doesNotExist();
        assertThat(folder.root().resolve("ceiling/checkpoints")).doesNotExist();
    }

    @Test
    void stepsAreEqualAndTheFiguresAreThoseOfTheRuns() throws IOException {
        JsonNode json = new ObjectMapper().readTree(folder.json().toFile());
        assertThat(json.path("runs")).hasSize(4).allSatisfy(run -> {
            assertThat(run.path("steps").asLong()).isEqualTo(comparison.steps());
            assertThat(run.at("/pictures/names")).hasSize(3);
            JsonNode summary = new ObjectMapper()
                    .readTree(folder.root()
                            .resolve(run.path("run").asText() + "/summary.json")
                            .toFile());
            assertThat(run.path("miou").asDouble())
                    .isCloseTo(summary.path("miou_teacher").asDouble(), within(1e-6));
        });
        assertThat(json.at("/groups/0/differences")).hasSize(3);
        assertThat(Files.readString(folder.table()))
                .contains("### 3 labelled pictures", "| supervised", "| all labels", "uniform − supervised")
                .contains("One seed alone", "Only 3 validation pictures");
        assertThat(Files.readString(folder.page()))
                .contains("Unlabelled pictures", "data:image/jpeg", "the methods differ most")
                .doesNotContain("NaN", "http://", "https://");
    }

    @Test
    void aFinishedRunWithoutCheckpointsIsNotBegunAnew() {
        Path run = folder.root().resolve("ceiling");
        assertThatThrownBy(() ->
                        Trainer.run(ConfigYaml.read(run.resolve("config.yaml")), run, true, new TrainListener() {}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has finished and has no checkpoints");
    }

    /** Other runs: two of one method are two seeds of a row, and one without counts has seeds alone. */
    @Test
    void anyRunDirectoriesMakeAPage() throws IOException {
        List<Path> runs = List.of(
                folder.root().resolve("labels3-seed7-supervised"), folder.root().resolve("labels3-seed7-imas"));
        Path page = RunsCompared.write(runs, dir.resolve("runs.html"));
        assertThat(Files.readString(page)).contains("iMAS − supervised", "sample 0");
        Path bare = Files.createDirectories(dir.resolve("bare"));
        Files.copy(runs.get(1).resolve("summary.json"), bare.resolve("summary.json"));
        assertThat(RunsCompared.of(List.of(runs.get(0), bare)).groups().get(0).remarks())
                .anyMatch(remark -> remark.contains("not measured picture by picture"));
        assertThatThrownBy(() -> RunsCompared.write(List.of(dir.resolve("none"), dir), page))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none is not a directory")
                .hasMessageContaining("holds no file of a run");
        Path mine = Files.writeString(dir.resolve("mine.html"), "mine");
        assertThatThrownBy(() -> RunsCompared.write(runs, mine)).hasMessageContaining("no page of a comparison");
    }

    /** Whose labels differ in number, too, so that they have tables of their own. */
    @Test
    void runsOnOtherPicturesAreRemarkedOn() throws IOException {
        Path run = folder.root().resolve("labels3-seed7-imas");
        List<Path> runs = new ArrayList<>();
        for (String name : List.of("photos", "cells")) {
            Path other = Files.createDirectories(dir.resolve(name));
            String config = Files.readString(run.resolve("config.yaml"));
            Files.writeString(other.resolve("config.yaml"), config.replace("layout: embedded", "layout: folders"));
            String summary = Files.readString(run.resolve("summary.json"));
            Files.writeString(
                    other.resolve("summary.json"),
                    summary.replaceFirst("(\"validation\" : \")", "$1" + name)
                            .replaceFirst("\"labeled\" : 3", "\"labeled\" : " + name.length()));
            runs.add(other);
        }
        assertThat(RunsCompared.of(runs).notes())
                .anyMatch(note -> note.contains("2 different sets of validation pictures"));
        assertThat(RunsCompared.of(runs.subList(0, 1)).notes()).isEmpty();
    }

    /** Runs of one method with other settings are rows of their own, and methods are compared at equal settings. */
    @Test
    void otherSettingsAreOtherRows() throws IOException {
        List<Path> runs = new ArrayList<>();
        for (String method : List.of("supervised", "imas")) {
            Path run = folder.root().resolve("labels3-seed7-" + method);
            Path other = Files.createDirectories(dir.resolve("slow-" + method));
            for (String file : List.of("summary.json", "metrics.csv", "class_iou.csv", "validation.csv")) {
                Files.copy(run.resolve(file), other.resolve(file));
            }
            String config = Files.readString(run.resolve("config.yaml"));
            Files.writeString(other.resolve("config.yaml"), config.replace("lr: 0.05", "lr: 0.04"));
            runs.addAll(List.of(run, other));
        }
        Compared.Group group = RunsCompared.of(runs).groups().get(0);
        assertThat(group.rows().stream().map(Compared.Row::name))
                .containsExactly("supervised, lr 0.05", "supervised, lr 0.04", "iMAS, lr 0.05", "iMAS, lr 0.04");
        assertThat(group.differences().stream().map(Compared.Difference::name))
                .containsExactly(
                        "iMAS, lr 0.05 − supervised, lr 0.05",
                        "iMAS, lr 0.04 − supervised, lr 0.04",
                        "supervised, lr 0.04 − supervised, lr 0.05",
                        "iMAS, lr 0.04 − iMAS, lr 0.05");
        assertThat(group.verdict()).contains("lr 0.04: unlabelled pictures ");
        assertThat(RunsCompared.of(List.of(runs.get(0), runs.get(3)))
                        .groups()
                        .get(0)
                        .remarks())
                .anyMatch(remark -> remark.contains("differ in other settings as well"));
    }

    /** Where runs leave their best evaluation, the last one is told as well: of the teacher, over seeds alone. */
    @Test
    void theLastEvaluationStandsBesideTheBest() throws IOException {
        List<Path> runs = new ArrayList<>();
        double[][] last = {{0.5, 0.2}, {0.6, 0.5}};
        for (int seed = 0; seed < 2; seed++) {
            for (int m = 0; m < 2; m++) {
                String method = m == 0 ? "imas" : "supervised";
                Path run = folder.root().resolve("labels3-seed7-" + method);
                Path other = Files.createDirectories(dir.resolve("best-" + method + seed));
                for (String file : List.of("class_iou.csv", "validation.csv")) {
                    Files.copy(run.resolve(file), other.resolve(file));
                }
                String config = Files.readString(run.resolve("config.yaml"));
                Files.writeString(other.resolve("config.yaml"), config.replace("keep: last", "keep: best"));
                String summary = Files.readString(run.resolve("summary.json"));
                Files.writeString(
                        other.resolve("summary.json"), summary.replaceFirst("\"seed\" : 7", "\"seed\" : " + seed));
                Files.writeString(
                        other.resolve("metrics.csv"),
                        "epoch,step,miou_student,miou_teacher\n1,1,0.95,0.9\n2,2,0.95," + last[seed][m] + "\n");
                runs.add(other);
            }
        }
        Compared.Group group = RunsCompared.of(runs).groups().get(0);
        assertThat(group.rows().stream().map(Compared.Row::end)).containsExactly(0.55, 0.35);
        Compared.Difference difference = group.differences().get(0);
        assertThat(difference.end().points()).isCloseTo(0.2, within(1e-12));
        assertThat(difference.end().half()).isCloseTo(12.7062 * 0.1, within(1e-3));
        assertThat(group.remarks()).anyMatch(remark -> remark.startsWith("At the end: the teacher"));
        Path page = RunsCompared.write(runs, dir.resolve("best.html"));
        assertThat(Files.readString(page))
                .contains("at the end", "55.0", "+20.0 ± 127.1")
                .doesNotContain("NaN");
        List<Path> lasting = List.of(folder.root().resolve("labels3-seed7-supervised"));
        assertThat(RunsCompared.of(lasting).groups().get(0).rows().get(0).end()).isNaN();
    }

    @Test
    void aChangedOptionIsRefused() {
        SETUP.requireUnchanged(Map.of("seeds", List.of("7,")));
        assertThatThrownBy(() -> SETUP.requireUnchanged(Map.of("seeds", List.of("3"), "budget", List.of("2h"))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--seeds 3 was 7,")
                .hasMessageContaining("--budget 2h was not given");
    }
}
