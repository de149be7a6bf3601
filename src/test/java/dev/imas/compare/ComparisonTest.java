package dev.imas.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Method;
import dev.imas.data.Inspection;
import dev.imas.report.Compared;
import dev.imas.run.RunDirectory;
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
        assertThat(Files.readString(page)).contains("iMAS − supervised", "validation-0000");
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

    /** A finished run of any figures, whose only evaluation is the last one, of its teacher. */
    private Path run(String name, String method, long seed, String keep, double kept, double end) throws IOException {
        Path run = folder.root().resolve("labels3-seed7-" + method);
        Path other = Files.createDirectories(dir.resolve(name + "-" + method + seed));
        Files.copy(run.resolve("class_iou.csv"), other.resolve("class_iou.csv"));
        String config = Files.readString(run.resolve("config.yaml"));
        Files.writeString(other.resolve("config.yaml"), config.replace("keep: last", "keep: " + keep));
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode summary =
                (ObjectNode) mapper.readTree(run.resolve("summary.json").toFile());
        summary.put("seed", seed).put("miou_teacher", kept).put("steps", 2);
        Files.writeString(other.resolve("summary.json"), summary.toString());
        Files.writeString(
                other.resolve("metrics.csv"),
                "epoch,step,miou_student,miou_teacher\n1,1,0.95,0.9\n" + (end > 0 ? "2,2,0.95," + end + "\n" : ""));
        return other;
    }

    /** Where runs leave their best evaluation, the last one is told as well: of the teacher, over seeds alone. */
    @Test
    void theLastEvaluationStandsBesideTheBest() throws IOException {
        List<Path> runs = List.of(
                run("best", "supervised", 0, "best", 0.6, 0.2),
                run("best", "supervised", 1, "best", 0.7, 0.5),
                run("best", "imas", 0, "best", 0.7, 0.5),
                run("best", "imas", 1, "best", 0.8, 0.6));
        Compared compared = RunsCompared.of(runs);
        Compared.Group group = compared.groups().get(0);
        assertThat(group.rows().stream().map(Compared.Row::end)).containsExactly(0.35, 0.55);
        Compared.Difference difference = group.differences().get(0);
        assertThat(difference.end().points()).isCloseTo(0.2, within(1e-12));
        assertThat(difference.end().half()).isCloseTo(12.7062 * 0.1, within(1e-3));
        assertThat(group.remarks()).anyMatch(remark -> remark.startsWith("At the end: the teacher"));
        assertThat(ResultTable.markdown(compared).lines())
                .contains("| method     |     mIoU % | seeds |        each | at the end | steps | minutes |")
                .anyMatch(line ->
                        line.startsWith("| supervised | 65.0 ± 7.1 |     2 | 60.0 / 70.0 |       35.0 |     2 |"))
                .anyMatch(line -> line.startsWith("| iMAS − supervised |") && line.endsWith("| +20.0 ± 127.1 |"));
        assertThat(Files.readString(RunsCompared.write(runs, dir.resolve("best.html"))))
                .contains("at the end", "55.0", "+20.0 ± 127.1")
                .doesNotContain("NaN");
    }

    @Test
    void anEndIsToldOfTheLastStepAloneAndOfAllRunsOrNone() throws IOException {
        Path last = run("last", "supervised", 0, "last", 0.6, 0.3);
        assertThat(RunsCompared.of(List.of(last)).groups().get(0).rows().get(0).end())
                .as("what a run leaves is its last network")
                .isNaN();
        List<Compared.Row> rows = RunsCompared.of(
                        List.of(last, run("lost", "imas", 0, "best", 0.7, 0.5), run("lost", "imas", 1, "best", 0.8, 0)))
                .groups()
                .get(0)
                .rows();
        assertThat(rows.get(0).end()).as("beside one that is chosen").isEqualTo(0.3);
        assertThat(rows.get(1).end()).as("of two, one of which lost it").isNaN();
    }

    /** All labels that a method is ahead of are no ceiling, whichever method it is. */
    @Test
    void aShareOfTheGapNeedsACeiling() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, Double> method :
                Map.of("supervised", 0.4, "uniform", 0.5, "imas", 0.45).entrySet()) {
            Path run = run("few", method.getKey(), 0, "last", method.getValue(), 0);
            entries.add(entry(method.getKey(), false, run));
        }
        Compared.Group beneath = withCeiling(entries, run("low", "supervised", 0, "last", 0.48, 0));
        assertThat(beneath.rows()).allMatch(row -> row.gap().isEmpty());
        assertThat(beneath.verdict())
                .endsWith("all labels reach 48.0 %, less than uniform (50.0 %): they are no ceiling here");
        Compared.Group above = withCeiling(entries, run("high", "supervised", 0, "last", 0.52, 0));
        assertThat(above.rows()).allMatch(row -> row.gap().isPresent());
        assertThat(above.verdict()).endsWith("imas closes 42 % of the gap to all labels (40.0 to 52.0 %)");
    }

    private static Compared.Group withCeiling(List<Entry> entries, Path ceiling) {
        List<Entry> all = new ArrayList<>(entries);
        all.add(entry("all labels", true, ceiling));
        return Assembly.compared("", Map.of(), all, List.of(), "", "").groups().get(0);
    }

    private static Entry entry(String row, boolean ceiling, Path run) {
        RunFacts facts = RunFacts.read(new RunDirectory(run));
        return new Entry("", row, ceiling ? "supervised" : row, ceiling, 0, facts);
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
