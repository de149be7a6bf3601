package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.run.EpochMetrics;
import dev.imas.run.RunDirectory;
import dev.imas.run.RunSummary;
import dev.imas.run.StepMetrics;
import dev.imas.semi.Configs;
import dev.imas.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on generated scenes: what they leave, and that a killed and resumed one leaves the same. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainerTest {
    private static final ImasConfig CONFIG = Configs.tiny();
    private static final List<String> FILES = List.of(
            "config.yaml",
            "metrics.csv",
            "hardness.csv",
            "class_iou.csv",
            "pseudo_labels.csv",
            "confusion.csv",
            "pictures.csv",
            "summary.json",
            "student.safetensors",
            "teacher.safetensors",
            "report.html");

    private static final String ENCODER = "backbone.blocks.0.attn.qkv.weight";
    private static final String HEAD = "head.projects.0.weight";

    @TempDir
    static Path folder;

    private Path whole;
    private RunSummary summary;
    private final Ear ear = new Ear(Integer.MAX_VALUE);

    /** Listens, and kills the run after so many steps. */
    private static final class Ear implements TrainListener {
        private final long fatal;
        private final List<String> messages = new ArrayList<>();
        private final List<StepMetrics> steps = new ArrayList<>();
        private final List<EpochMetrics> evaluations = new ArrayList<>();
        private long start = -1;
        private long total;

        Ear(long fatal) {
            this.fatal = fatal;
        }

        @Override
        public void started(long startStep, long totalSteps, int stepsPerEpoch) {
            start = startStep;
            total = totalSteps;
        }

        @Override
        public void step(StepMetrics metrics) {
            steps.add(metrics);
            if (metrics.step() == fatal) {
                throw new IllegalStateException("killed");
            }
        }

        @Override
        public void evaluated(EpochMetrics metrics) {
            evaluations.add(metrics);
        }

        @Override
        public void message(String line) {
            messages.add(line);
        }
    }

    @BeforeAll
    void trainOnce() {
        whole = folder.resolve("whole");
        summary = Trainer.run(CONFIG, whole, false, ear);
    }

    @Test
    void leavesEverythingBehind() throws IOException {
        assertThat(FILES).allSatisfy(name -> assertThat(whole.resolve(name)).isNotEmptyFile());
        assertThat(whole.resolve("samples/000-image.png")).exists();
        assertThat(whole.resolve("samples/002-teacher.png")).exists();
        assertThat(lines("samples/names.csv", whole))
                .startsWith("number,picture")
                .contains("2,validation-0002");
        assertThat(ear.total).isEqualTo(8);
        assertThat(ear.steps).hasSize(8);
        assertThat(ear.evaluations).hasSize(2);
        assertThat(lines("metrics.csv", whole))
                .hasSize(9)
                .first()
                .isEqualTo("epoch,step,lr,loss_sup,loss_unsup,gamma_mean,confident_ratio"
                        + ",miou_student,miou_teacher,images_per_second,loss_dice");
        assertThat(lines("hardness.csv", whole)).hasSize(1 + 2 * 16).first().isEqualTo("epoch,image,gamma,hardness");
        assertThat(lines("class_iou.csv", whole)).hasSize(8).first().isEqualTo("class,name,iou_student,iou_teacher");
        JsonNode json =
                new ObjectMapper().readTree(whole.resolve("summary.json").toFile());
        assertThat(json.get("miou_teacher").asDouble())
                .isEqualTo(summary.miouTeacher())
                .isBetween(0.0, 1.0);
        assertThat(json.get("steps").asInt()).isEqualTo(8);
        assertThat(json.at("/versions/libtorch").asText()).startsWith("2.");
        assertThat(json.at("/machine/cores").asInt()).isPositive();
    }

    /** Killed between a checkpoint and the look at what was evaluated before it, in the middle and at the end. */
    @ParameterizedTest
    @ValueSource(longs = {5, 99})
    void aLookThatWasCutShortIsMadeUpFor(long kill) throws IOException {
        Path out = folder.resolve("cut-" + kill);
        if (kill < 8) {
            assertThatThrownBy(() -> Trainer.run(CONFIG, out, false, new Ear(kill)))
                    .hasMessage("killed");
        } else {
            Trainer.run(CONFIG, out, false, new Ear(kill));
        }
        List<String> there = lines("pseudo_labels.csv", out);
        int classes = 7;
        Files.write(out.resolve("pseudo_labels.csv"), there.subList(0, there.size() - classes));
        Trainer.run(CONFIG, out, true, new Ear(99));
        assertThat(lines("pseudo_labels.csv", out)).isEqualTo(lines("pseudo_labels.csv", whole));
    }

    @Test
    void keepsTheLastTwoCheckpointsAndTheBest() throws IOException {
        try (Stream<Path> files = Files.list(whole.resolve("checkpoints"))) {
            assertThat(files.filter(f -> f.toString().endsWith(".json")).count())
                    .isBetween(2L, 3L);
        }
        assertThat(whole.resolve("checkpoints/step-000000008.json")).exists();
        assertThat(whole.resolve("checkpoints/step-000000006.json")).exists();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4, 5, 7, 8})
    void killedAndResumedGivesTheSameBits(long kill) throws IOException {
        Path out = folder.resolve("killed-" + kill);
        assertThatThrownBy(() -> Trainer.run(CONFIG, out, false, new Ear(kill))).hasMessage("killed");
        Ear second = new Ear(Integer.MAX_VALUE);
        Trainer.run(CONFIG, out, true, second);
        assertThat(second.start).isLessThan(kill);
        assertSameRun(out);
    }

    @Test
    void bf16AndTheOtherLossesResumeBitForBitToo() throws IOException {
        ImasConfig other = Configs.with(Configs.with(CONFIG, "", "precision", "BF16"), "network", "auxiliary", true);
        other = Configs.with(Configs.with(other, "supervised", "loss", "OHEM"), "evaluation", "mode", "SLIDING");
        ImasConfig config =
                Configs.with(Configs.with(other, "evaluation", "window", 32), "evaluation", "absentClasses", "SKIP");
        Path reference = folder.resolve("other");
        Trainer.run(config, reference, false, new Ear(99));
        Path out = folder.resolve("other-killed");
        assertThatThrownBy(() -> Trainer.run(config, out, false, new Ear(5))).hasMessage("killed");
        Trainer.run(config, out, true, new Ear(99));
        assertSameRun(reference, out);
        assertThat(lines("metrics.csv", out)).isNotEqualTo(lines("metrics.csv", whole));
    }

    /** The views are the same bytes, so that even a run that changes its mind gives the same bits. */
    @Test
    void strongViewsMadeOnTheDeviceGiveTheSameRun() throws IOException {
        ImasConfig device = Configs.with(CONFIG, "augment", "device", true);
        Path out = folder.resolve("device");
        assertThatThrownBy(() -> Trainer.run(device, out, false, new Ear(5))).hasMessage("killed");
        Path changed = folder.resolve("device-then-loader");
        copy(out, changed);
        Trainer.run(device, out, true, new Ear(99));
        assertSameRun(out);
        Trainer.run(CONFIG, changed, true, new Ear(99));
        assertSameRun(changed);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    @Test
    void damagedCheckpointIsPassedOver() throws IOException {
        Path out = folder.resolve("damaged");
        assertThatThrownBy(() -> Trainer.run(CONFIG, out, false, new Ear(7))).hasMessage("killed");
        Path newest = out.resolve("checkpoints/step-000000006.safetensors");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(newest, bytes);
        Ear second = new Ear(Integer.MAX_VALUE);
        Trainer.run(CONFIG, out, true, second);
        assertThat(second.start).isEqualTo(4);
        assertThat(second.messages)
                .anyMatch(line -> line.contains("step-000000006.json is damaged") && line.contains("checksum"));
        assertSameRun(out);
    }

    @Test
    void saysWhenNoCheckpointIsUsable() throws IOException {
        Path out = folder.resolve("truncated");
        assertThatThrownBy(() -> Trainer.run(CONFIG, out, false, new Ear(7))).hasMessage("killed");
        try (Stream<Path> files = Files.list(out.resolve("checkpoints"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 40));
            }
        }
        assertThatThrownBy(() -> Trainer.run(CONFIG, out, true, new Ear(99)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining("--out");
    }

    @Test
    void resumeRefusesAnotherConfigurationAndAllowsOtherWorkers() {
        Path out = folder.resolve("changed");
        assertThatThrownBy(() -> Trainer.run(CONFIG, out, false, new Ear(5))).hasMessage("killed");
        ImasConfig changed = Configs.with(CONFIG, "unsupervised", "threshold", 0.4);
        assertThatThrownBy(() -> Trainer.run(changed, out, true, new Ear(99)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("unsupervised.threshold: 0.3 -> 0.4");
        Trainer.run(Configs.with(CONFIG, "data", "workers", 2), out, true, new Ear(99));
    }

    @Test
    void aFinishedRunCanBeResumedToNoEffect() throws IOException {
        Ear again = new Ear(99);
        Path out = folder.resolve("finished");
        Trainer.run(CONFIG, out, false, new Ear(99));
        RunSummary second = Trainer.run(CONFIG, out, true, again);
        assertThat(again.steps).isEmpty();
        assertThat(second.miouTeacher()).isEqualTo(summary.miouTeacher());
        assertSameRun(out);
    }

    @Test
    void refusesDirectoriesThatItCannotUse() throws IOException {
        assertThatThrownBy(() -> Trainer.run(CONFIG, whole, false, new Ear(99)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--resume");
        assertThatThrownBy(() -> Trainer.run(CONFIG, folder.resolve("nothing"), true, new Ear(99)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("nothing is no run directory");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> Trainer.run(CONFIG, file, false, new Ear(99)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is a file");
    }

    @Test
    void oneRunAtATimeTrainsInADirectory() throws IOException {
        Path out = folder.resolve("taken");
        List<Throwable> refusals = new ArrayList<>();
        Trainer.run(CONFIG, out, false, new TrainListener() {
            @Override
            public void evaluated(EpochMetrics metrics) {
                refusals.add(catchThrowable(() -> Trainer.run(CONFIG, out, true, new Ear(99))));
            }
        });
        assertThat(refusals).hasSize(2).allSatisfy(e -> assertThat(e)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("another run is training in " + out.toAbsolutePath()));
        assertSameRun(out);
        Trainer.run(CONFIG, out, true, new Ear(99)); // the lock was given back
    }

    @Test
    void resumesWhereTheFilesWereMovedToAndRefusesOtherFiles() throws IOException {
        Path first = photos("photos", 6);
        Path out = folder.resolve("moved");
        assertThatThrownBy(() -> Trainer.run(folders(first), out, false, new Ear(2)))
                .hasMessage("killed");
        Path moved = Files.move(first, folder.resolve("elsewhere"));
        assertThatThrownBy(() -> Trainer.run(folders(photos("more", 7)), out, true, new Ear(99)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the data set is not the one the run began with: unlabeled: \"4 pictures, names")
                .hasMessageContaining("-> \"5 pictures, names");
        assertThat(Trainer.run(folders(moved), out, true, new Ear(99)).steps()).isEqualTo(2);
    }

    private static ImasConfig folders(Path root) {
        ImasConfig config =
                Configs.with(Configs.with(CONFIG, "data", "layout", "FOLDERS"), "data", "root", root.toString());
        return Configs.with(Configs.with(config, "training", "batchLabeled", 1), "training", "checkpointEvery", 1);
    }

    /** Pictures of 48x48, the first two with masks. */
    private static Path photos(String name, int count) throws IOException {
        Path root = folder.resolve(name);
        Files.createDirectories(root.resolve("images"));
        Files.createDirectories(root.resolve("masks"));
        for (int i = 0; i < count; i++) {
            byte[] pixels = new byte[48 * 48 * 3];
            Arrays.fill(pixels, (byte) (20 * i));
            Pngs.write(root.resolve("images/" + i + ".png"), new RgbImage(48, 48, pixels));
            if (i < 2) {
                byte[] labels = new byte[48 * 48];
                labels[0] = 1;
                IndexPng.write(
                        root.resolve("masks/" + i + ".png"),
                        new LabelMap(48, 48, labels),
                        List.of(0, 1, 2, 3, 4, 5, 6));
            }
        }
        return root;
    }

    @Test
    void divergenceStopsTheRunWithAdvice() {
        Path out = folder.resolve("diverged");
        ImasConfig wild = Configs.with(CONFIG, "training", "lr", 1e30);
        assertThatThrownBy(() -> Trainer.run(wild, out, false, new Ear(99)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("not finite")
                .hasMessageContaining("training.lr");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNIFORM", "SUPERVISED"})
    void otherMethodsTrain(String method) throws IOException {
        Path out = folder.resolve(method);
        Ear listener = new Ear(99);
        RunSummary result = Trainer.run(Configs.with(CONFIG, "", "method", method), out, false, listener);
        assertThat(result.method()).isEqualTo(method);
        assertThat(result.steps()).isEqualTo(8);
        boolean supervised = method.equals("SUPERVISED");
        assertThat(lines("hardness.csv", out)).hasSize(supervised ? 1 : 33);
        assertThat(listener.steps)
                .allMatch(m ->
                        supervised ? Double.isNaN(m.gammaMean()) && Double.isNaN(m.lossUnsup()) : m.gammaMean() == 1);
    }

    @Test
    void supervisedEpochsComeFirst() {
        Ear listener = new Ear(99);
        Trainer.run(Configs.with(CONFIG, "training", "supOnlyEpochs", 1), folder.resolve("sup-only"), false, listener);
        assertThat(listener.steps.subList(0, 4)).allMatch(m -> Double.isNaN(m.lossUnsup()));
        assertThat(listener.steps.subList(4, 8)).allMatch(m -> Double.isFinite(m.lossUnsup()));
    }

    /** One labelled picture, fewer of either kind than a batch takes, a class that no picture has: it trains. */
    @ParameterizedTest
    @CsvSource({"IMAS, 20, 1, 4, 4", "IMAS, 5, 2, 4, 4", "IMAS, 2, 1, 3, 2", "SUPERVISED, 2, 1, 4, 4"})
    void fewPicturesTrain(String method, int images, int labeled, int batchLabeled, int batchUnlabeled) {
        ImasConfig scenes = CONFIG.withData(CONFIG.data()
                .withEmbedded(CONFIG.data().embedded().withImages(images).withLabeled(labeled)));
        ImasConfig config = Configs.with(scenes, "", "method", method)
                .withTraining(CONFIG.training()
                        .with(training -> training.batchLabeled(batchLabeled).batchUnlabeled(batchUnlabeled)));
        Ear listener = new Ear(99);
        Path out = folder.resolve("few-" + method + images + batchLabeled);
        RunSummary found = Trainer.run(config, out, false, listener);
        assertThat(found.steps()).isEqualTo(2L * Math.max(1, (images - labeled) / batchUnlabeled));
        assertThat(listener.steps).allMatch(step -> Double.isFinite(step.lossSup()));
        assertThat(found.miouTeacher()).isBetween(0.0, 1.0);
        assertThat(out.resolve("report.html")).isNotEmptyFile();
    }

    @Test
    void oneLabelledPictureAloneTrains() throws IOException {
        Path root = photos("one", 2); // of the two with masks one validates
        ImasConfig config =
                Configs.with(Configs.with(folders(root), "", "method", "SUPERVISED"), "training", "epochs", 3);
        RunSummary found = Trainer.run(
                Configs.with(config, "training", "batchLabeled", 4), folder.resolve("one-run"), false, new Ear(99));
        assertThat(found.steps()).isEqualTo(3);
    }

    /** Everything that few and unbalanced pictures ask for, at once. */
    @Test
    void theOptionsForFewAndUnbalancedResumeBitForBit() throws IOException {
        ImasConfig config = CONFIG.withSupervised(CONFIG.supervised()
                        .withLoss(ImasConfig.SupervisedLoss.CE_PLUS_DICE)
                        .withClassWeights(null))
                .withAugment(CONFIG.augment()
                        .with(augment ->
                                augment.flipVertical(0.5).rotate90(0.75).foregroundCrops(0.7)));
        Ear listener = new Ear(99);
        Path reference = folder.resolve("unbalanced");
        Trainer.run(config, reference, false, listener);
        assertThat(listener.messages).anyMatch(line -> line.startsWith("class weights from 4 masks: "));
        assertThat(listener.steps).allMatch(step -> step.lossDice() > 0 && step.lossDice() < 1);
        ImasConfig settled = ConfigYaml.read(reference.resolve("config.yaml"));
        assertThat(settled.supervised().classWeights()).hasSize(7);
        assertThat(Files.readString(reference.resolve("report.html")))
                .contains("Dice part of the supervised loss", "cross-entropy and Dice, classes weighted [");

        Path out = folder.resolve("unbalanced-killed");
        assertThatThrownBy(() -> Trainer.run(settled, out, false, new Ear(5))).hasMessage("killed");
        Trainer.run(settled, out, true, new Ear(99));
        assertSameRun(reference, out);
        Path again = folder.resolve("unbalanced-asked-again");
        assertThatThrownBy(() -> Trainer.run(config, again, false, new Ear(5))).hasMessage("killed");
        Trainer.run(config, again, true, new Ear(99));
        assertSameRun(reference, again);
    }

    /** UniMatch V2's settings on the one hand, hardness over a frozen encoder on the other. */
    @ParameterizedTest
    @ValueSource(strings = {"UNIMATCH_V2", "IMAS"})
    void aTransformerUnderAdamWResumesBitForBit(String method) throws IOException {
        boolean frozen = method.equals("IMAS");
        ImasConfig published = ConfigYaml.resolve(ConfigYaml.preset("voc-92-dinov2s"));
        ImasConfig small = Configs.with(CONFIG, "", "method", method);
        ImasConfig config = small.withNetwork(published.network().with(network -> network.backbone(Backbone.VIT_TINY)
                        .initWeights("none")
                        .freezeEncoder(frozen)))
                .withAugment(published.augment().withCrop(List.of(56, 56)))
                .withTraining(published.training().with(training -> training.epochs(2)
                        .batchLabeled(4)
                        .batchUnlabeled(4)
                        .lr(1e-4)
                        .checkpointEvery(3)
                        .logEvery(1)))
                .withUnsupervised(frozen ? small.unsupervised().withFeatureDropout(true) : published.unsupervised());
        Path reference = folder.resolve("transformer-" + method);
        Trainer.run(config, reference, false, new Ear(99));
        Path out = folder.resolve("transformer-killed-" + method);
        assertThatThrownBy(() -> Trainer.run(config, out, false, new Ear(5))).hasMessage("killed");
        Trainer.run(config, out, true, new Ear(99));
        assertSameRun(reference, out);
        SafetensorsFile student = SafetensorsFile.read(out.resolve("student.safetensors"));
        SafetensorsFile teacher = SafetensorsFile.read(out.resolve("teacher.safetensors"));
        assertThat(student.get(ENCODER).data().equals(teacher.get(ENCODER).data()))
                .isEqualTo(frozen);
        assertThat(student.get(HEAD).data()).isNotEqualTo(teacher.get(HEAD).data());
    }

    /** Nothing is learned, so that an evaluation soon finds no better teacher than the one before. */
    private static ImasConfig stale() {
        return Configs.with(Configs.with(CONFIG, "training", "lr", 0), "training", "epochs", 40);
    }

    @Test
    void endsWhenItNoLongerGetsBetterAndKeepsTheBest() throws IOException {
        ImasConfig config = stale().withTraining(
                        stale().training().withKeep(ImasConfig.Keep.BEST).withPatience(1))
                .withLicense("CC-BY-4.0");
        Path out = folder.resolve("patience");
        Ear listener = new Ear(999);
        RunSummary found = Trainer.run(config, out, false, listener);
        EpochMetrics last = listener.evaluations.get(listener.evaluations.size() - 1);
        EpochMetrics best = listener.evaluations.get(listener.evaluations.size() - 2);
        boolean student = best.miouStudent() > best.miouTeacher();
        double miou = student ? best.miouStudent() : best.miouTeacher();
        assertThat(Math.max(last.miouStudent(), last.miouTeacher())).isLessThanOrEqualTo(miou);
        assertThat(found.epochs()).isEqualTo(last.epoch()).isLessThan(40);
        assertThat(found.keptEpoch()).isEqualTo(found.bestEpoch()).isEqualTo(best.epoch());
        assertThat(found.bestMiou()).isEqualTo(miou);
        assertThat(found.miouTeacher()).isEqualTo(best.miouTeacher());
        assertThat(found.miouStudent()).isEqualTo(best.miouStudent());
        assertThat(found.result()).isEqualTo(student ? "student" : "teacher");
        assertThat(listener.messages)
                .anyMatch(line -> line.startsWith(
                        "ended after epoch " + last.epoch() + " of 40: nothing better since epoch " + best.epoch()));
        SafetensorsFile checkpoint = SafetensorsFile.read(
                out.resolve(String.format(Locale.ROOT, "checkpoints/step-%09d.safetensors", best.step())));
        for (String network : List.of("student", "teacher")) {
            SafetensorsFile weights = SafetensorsFile.read(out.resolve(network + ".safetensors"));
            double own = network.equals("student") ? best.miouStudent() : best.miouTeacher();
            assertThat(weights.metadata())
                    .containsEntry("step", Long.toString(best.step()))
                    .containsEntry("imas.miou", Double.toString(own))
                    .containsEntry("imas.seed", Long.toString(config.seed()))
                    .containsEntry("imas.license", "CC-BY-4.0");
            assertThat(weights.metadata().get("imas.data")).contains("\"labeled\":\"", " pictures, names ");
            assertThat(weights.metadata().get("imas.made_by")).matches("imas .+, libtorch [0-9].+");
            assertThat(weights.metadata().toString()).doesNotContain(folder.toString());
            weights.entries().forEach((key, entry) -> assertThat(entry.data())
                    .as(key)
                    .isEqualTo(checkpoint.get(network + "/" + key).data()));
        }
        assertThat(Files.mismatch(out.resolve("best.safetensors"), out.resolve(found.result() + ".safetensors")))
                .isEqualTo(-1);
        assertThat(lines("class_iou.csv", out).get(1)).endsWith("," + best.iouTeacher()[0]);
        assertThat(Files.readString(out.resolve("report.html")))
                .contains(
                        "% mIoU of the " + found.result() + ", epoch " + best.epoch(),
                        last.epoch() + " of 40 epochs",
                        "epoch " + best.epoch() + ". The bar");

        Path killed = folder.resolve("patience-killed");
        assertThatThrownBy(() -> Trainer.run(config, killed, false, new Ear(best.step() + 2)))
                .hasMessage("killed");
        assertThat(killed.resolve("best.safetensors")).isNotEmptyFile();
        assertThat(Trainer.run(config, killed, true, new Ear(999)).keptEpoch()).isEqualTo(best.epoch());
        assertSameRun(out, killed);
        Ear again = new Ear(999);
        Trainer.run(config, killed, true, again);
        assertThat(again.steps).as("a run that has ended early stays so").isEmpty();
        assertSameRun(out, killed);

        // A larger patience goes on, and a lost checkpoint is told.
        Files.delete(killed.resolve(String.format(Locale.ROOT, "checkpoints/step-%09d.safetensors", best.step())));
        ImasConfig patient = config.withTraining(config.training().withPatience(2));
        RunSummary longer = Trainer.run(patient, killed, true, again);
        assertThat(longer.epochs()).isGreaterThan(found.epochs());
        if (longer.bestEpoch() == best.epoch()) {
            assertThat(again.messages).anyMatch(line -> line.contains("damaged or gone"));
            assertThat(longer.keptEpoch()).isEqualTo(longer.epochs());
        }
    }

    @Test
    void aBestNetworkThatIsNoLongerTheResultIsSetAside() throws IOException {
        Path out = folder.resolve("no-longer-best");
        ImasConfig best = Configs.with(CONFIG, "training", "keep", "BEST");
        long step = Trainer.run(best, out, false, new Ear(99)).keptEpoch() * 4L;
        assertThat(new RunDirectory(out).result()).isEqualTo(out.resolve("best.safetensors"));
        byte[] kept = Files.readAllBytes(out.resolve("best.safetensors"));
        Ear listener = new Ear(99);
        ImasConfig last = Configs.with(Configs.with(CONFIG, "training", "epochs", 3), "training", "keep", "LAST");
        assertThat(Trainer.run(last, out, true, listener).result()).isEqualTo("teacher");
        assertThat(new RunDirectory(out).result()).isEqualTo(out.resolve("teacher.safetensors"));
        Path aside = out.resolve("best-step-" + step + ".safetensors");
        assertThat(aside).hasBinaryContent(kept);
        assertThat(listener.messages).anyMatch(line -> line.endsWith("is now " + aside));

        Path lately = folder.resolve("lately-best");
        Trainer.run(CONFIG, lately, false, new Ear(99));
        RunSummary found = Trainer.run(best, lately, true, new Ear(99));
        assertThat(lately.resolve("best.safetensors"))
                .hasSameBinaryContentAs(lately.resolve(found.result() + ".safetensors"));
    }

    @Test
    void moreEpochsOnResumeRebuildTheSchedule() throws IOException {
        Path out = folder.resolve("longer");
        Trainer.run(CONFIG, out, false, new Ear(99));
        Path other = folder.resolve("longer-killed");
        copy(out, other);
        ImasConfig three = Configs.with(CONFIG, "training", "epochs", 3);
        Ear listener = new Ear(99);
        RunSummary found = Trainer.run(three, out, true, listener);
        assertThat(listener.start).isEqualTo(8);
        assertThat(listener.total).isEqualTo(12);
        assertThat(listener.messages)
                .anyMatch(line -> line.startsWith(
                        "training.epochs 2 -> 3: the learning rate's schedule is rebuilt from step 8 on"));
        assertThat(listener.steps.get(0).lr()).isEqualTo(0.05 * Math.pow(1 - 8 / 12.0, 0.9));
        assertThat(found.epochs()).isEqualTo(3);
        assertThat(found.scheduleRebuiltAt()).isEqualTo(8);
        assertThat(ConfigYaml.read(out.resolve("config.yaml")).training().epochs())
                .isEqualTo(3);
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("Another number of epochs has held since step 8");

        assertThatThrownBy(() -> Trainer.run(three, other, true, new Ear(11))).hasMessage("killed");
        Trainer.run(three, other, true, new Ear(99));
        assertSameRun(out, other);
    }

    @Test
    void fewerEpochsOnResumeEndTheRunWhereItStandsAndNotBefore() throws IOException {
        ImasConfig rarely = Configs.with(CONFIG, "evaluation", "everyEpochs", 50);
        ImasConfig five = Configs.with(rarely, "training", "epochs", 5);
        Path out = folder.resolve("shorter");
        assertThatThrownBy(() -> Trainer.run(five, out, false, new Ear(11))).hasMessage("killed"); // after step 9
        Path other = folder.resolve("shorter-at-an-epoch");
        copy(out, other);
        assertThatThrownBy(() -> Trainer.run(rarely, out, true, new Ear(99)))
                .isInstanceOf(UserException.class)
                .hasMessage("training.epochs is 2, but the run has come to epoch 3 of 5 (step 9); give that or more");
        RunSummary found = Trainer.run(Configs.with(rarely, "training", "epochs", 3), out, true, new Ear(99));
        assertThat(found.steps()).isEqualTo(12);

        for (String file : List.of("step-000000009.json", "step-000000009.safetensors")) {
            Files.delete(other.resolve("checkpoints").resolve(file));
        }
        Ear listener = new Ear(99);
        RunSummary ended = Trainer.run(rarely, other, true, listener);
        assertThat(listener.steps).isEmpty();
        assertThat(listener.evaluations).extracting(EpochMetrics::epoch).containsExactly(2);
        assertThat(ended.keptEpoch()).isEqualTo(2);
        assertThat(lines("metrics.csv", other))
                .hasSize(1 + 8 + 1)
                .last()
                .asString()
                .startsWith("2,8,,");
        assertThat(Trainer.run(rarely, other, true, new Ear(99)).miouTeacher()).isEqualTo(ended.miouTeacher());
    }

    private void assertSameRun(Path out) throws IOException {
        assertSameRun(whole, out);
    }

    private static void assertSameRun(Path whole, Path out) throws IOException {
        for (String name : List.of("student.safetensors", "teacher.safetensors")) {
            SafetensorsFile expected = SafetensorsFile.read(whole.resolve(name));
            SafetensorsFile found = SafetensorsFile.read(out.resolve(name));
            assertThat(found.entries().keySet()).isEqualTo(expected.entries().keySet());
            expected.entries().forEach((key, entry) -> assertThat(found.get(key).data())
                    .as(name + " " + key)
                    .isEqualTo(entry.data()));
        }
        assertThat(lines("hardness.csv", out)).isEqualTo(lines("hardness.csv", whole));
        for (String name : List.of("class_iou.csv", "pseudo_labels.csv", "confusion.csv", "pictures.csv")) {
            assertThat(lines(name, out)).as(name).isEqualTo(lines(name, whole));
        }
        assertThat(withoutTime(lines("metrics.csv", out))).isEqualTo(withoutTime(lines("metrics.csv", whole)));
    }

    private static List<String> withoutTime(List<String> rows) {
        return rows.stream()
                .map(row -> row.replaceFirst("[^,]*,([^,]*)$", "$1")) // images_per_second is the last but one
                .toList();
    }

    private static List<String> lines(String name, Path run) throws IOException {
        return Files.readAllLines(run.resolve(name));
    }
}
