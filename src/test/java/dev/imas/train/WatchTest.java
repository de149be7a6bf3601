package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.config.ImasConfig;
import dev.imas.run.EpochMetrics;
import dev.imas.run.PseudoLabels;
import dev.imas.run.RunDirectory;
import dev.imas.run.StepMetrics;
import dev.imas.semi.Configs;
import dev.imas.tensorboard.EventReader;
import dev.imas.tensorboard.EventReader.Told;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of a run while it goes on, and that seeing changes nothing. */
class WatchTest {
    private static final ImasConfig TINY = Configs.tiny();
    /** One epoch on labelled pictures alone, then one with unlabelled ones; four steps each. */
    private static final ImasConfig CONFIG = TINY.withTraining(
            TINY.training().with(training -> training.supOnlyEpochs(1).tensorboard(true)));

    @TempDir
    Path folder;

    /** Looks at the report whenever a checkpoint was written; may kill the run after a step. */
    private static class Ear implements TrainListener {
        final List<String> reports = new ArrayList<>();
        final List<String> messages = new ArrayList<>();
        final List<PseudoLabels.Look> looks = new ArrayList<>();
        private final Path report;
        private final long fatal;

        Ear(Path run, long fatal) {
            this.report = new RunDirectory(run).report();
            this.fatal = fatal;
        }

        @Override
        public void step(StepMetrics metrics) {
            if (metrics.step() == fatal) {
                throw new IllegalStateException("killed");
            }
        }

        @Override
        public void checkpoint(long step) {
            try {
                reports.add(Files.exists(report) ? Files.readString(report) : "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void message(String line) {
            messages.add(line);
        }

        @Override
        public void pseudoLabels(PseudoLabels.Look look) {
            looks.add(look);
        }
    }

    @Test
    void theReportSaysThatTheRunIsUnderWayUntilItIsNot() throws IOException {
        Path out = folder.resolve("live");
        Ear ear = new Ear(out, 99);
        Trainer.run(CONFIG, out, false, ear);
        assertThat(ear.reports.get(1)).isEmpty(); // the checkpoint of the first evaluation comes before its report
        assertThat(ear.reports.get(2))
                .contains("http-equiv=\"refresh\"", "Under way: epoch 1 of 2", "By class, epoch 1", "ground truth")
                .doesNotContain("This report is incomplete");
        assertThat(Files.readString(out.resolve("report.html")))
                .doesNotContain("http-equiv=\"refresh\"", "Under way", "This report is incomplete")
                .contains("What was taken for what", "Worst pictures", "Pseudo-labels over the run");
    }

    @Test
    void pseudoLabelsAreJudgedBeforeTheyAreLearnedFrom() throws IOException {
        ImasConfig rarely = CONFIG.withEvaluation(CONFIG.evaluation().withEveryEpochs(0));
        Path out = folder.resolve("look");
        Ear ear = new Ear(out, 99);
        Trainer.run(rarely, out, false, ear);
        assertThat(ear.messages)
                .filteredOn(line -> line.startsWith("pseudo-labels after epoch"))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("pseudo-labels after epoch 1: confident on "));
        List<PseudoLabels.Look> looks = PseudoLabels.read(out.resolve("pseudo_labels.csv"), new ArrayList<>())
                .looks();
        assertThat(looks)
                .isEqualTo(ear.looks)
                .extracting(PseudoLabels.Look::step)
                .containsExactly(4L, 8L);
        long pixels = looks.get(0).classes().stream()
                .mapToLong(PseudoLabels.OfClass::unlabelledPixels)
                .sum();
        assertThat(pixels).isEqualTo(4 * 48 * 48);
        long seen = looks.get(1).classes().stream()
                .mapToLong(PseudoLabels.OfClass::pixels)
                .sum();
        long truth = looks.get(1).classes().stream()
                .mapToLong(PseudoLabels.OfClass::truth)
                .sum();
        assertThat(seen).isEqualTo(truth).isEqualTo(pixels(out));
    }

    /** Pixels that count of the validation pictures, by the run's other table. */
    private static long pixels(Path out) throws IOException {
        return Files.readAllLines(out.resolve("pictures.csv")).stream()
                .skip(1)
                .mapToLong(row -> Long.parseLong(row.split(",")[3]))
                .sum();
    }

    @Test
    void lookingChangesNoBit() throws IOException {
        ImasConfig unseen = TINY.withEvaluation(TINY.evaluation().withEveryEpochs(0));
        ImasConfig seen = TINY.withTraining(TINY.training().withTensorboard(true));
        Trainer.run(unseen, folder.resolve("unseen"), false, new TrainListener() {});
        Trainer.run(seen, folder.resolve("seen"), false, new TrainListener() {});
        for (Function<RunDirectory, Path> file : List.<Function<RunDirectory, Path>>of(
                RunDirectory::student, RunDirectory::teacher, RunDirectory::hardness)) {
            assertThat(file.apply(new RunDirectory(folder.resolve("seen"))))
                    .hasSameBinaryContentAs(file.apply(new RunDirectory(folder.resolve("unseen"))));
        }
    }

    @Test
    void aReportThatCannotBeWrittenLosesNoRun() throws IOException {
        Path out = folder.resolve("obstacle");
        Path obstacle = out.resolve("report.html");
        Ear ear = new Ear(folder, 99) {
            @Override
            public void started(long startStep, long totalSteps, int stepsPerEpoch) {
                assertThat(obstacle.resolve("full").toFile().mkdirs()).isTrue();
            }

            @Override
            public void evaluated(EpochMetrics metrics) {
                if (metrics.epoch() == 2) {
                    assertThat(obstacle.resolve("full").toFile().delete()).isTrue();
                    assertThat(obstacle.toFile().delete()).isTrue();
                }
            }
        };
        Trainer.run(CONFIG, out, false, ear);
        assertThat(ear.messages)
                .filteredOn(line -> line.contains("could not be written"))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("the report of the run so far could not be written (")
                        .contains("the run goes on"));
        assertThat(obstacle).isRegularFile();
    }

    @Test
    void aResumedRunTellsTensorBoardEveryStepOnce() throws IOException {
        Path whole = folder.resolve("whole");
        Trainer.run(CONFIG, whole, false, new TrainListener() {});
        Path out = folder.resolve("killed");
        assertThatThrownBy(() -> Trainer.run(CONFIG, out, false, new Ear(out, 8)))
                .hasMessage("killed");
        assertThat(Files.readString(out.resolve("report.html")))
                .doesNotContain("Under way")
                .contains("the run is still going or was stopped");
        Trainer.run(CONFIG, out, true, new TrainListener() {});
        assertThat(new RunDirectory(out).eventParts()).containsExactly(0L, 6L);
        assertThat(scalars(out)).isEqualTo(scalars(whole)).anyMatch(told -> told.startsWith("8 loss/unsupervised "));
        assertThat(events(whole))
                .extracting(Told::tag)
                .contains("config.yaml", "_hparams_/session_start_info", "_hparams_/session_end_info")
                .anyMatch(tag -> tag.startsWith("samples/000"));
    }

    private static List<Told> events(Path run) throws IOException {
        RunDirectory directory = new RunDirectory(run);
        List<Told> all = new ArrayList<>();
        for (long part : directory.eventParts()) {
            all.addAll(EventReader.read(directory.events(part)));
        }
        return all;
    }

    /** Step, tag and value of what does not depend on the clock, in order. */
    private static List<String> scalars(Path run) throws IOException {
        return events(run).stream()
                .filter(told -> told.tag().matches("(loss|lr|miou|iou_.*|unlabelled|pseudo_labels.*)(/.*)?"))
                .map(told -> told.step() + " " + told.tag() + " " + told.scalar())
                .collect(Collectors.toList());
    }
}
