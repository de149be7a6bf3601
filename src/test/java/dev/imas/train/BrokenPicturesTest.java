package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.data.Dataset;
import dev.imas.data.LateCheck;
import dev.imas.image.TestFiles;
import dev.imas.run.StepMetrics;
import dev.imas.semi.Configs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that break, vanish or are replaced while a run goes on or stands still. */
class BrokenPicturesTest {
    /** Of images/0 to 9 the first four have masks, and every fifth labelled one validates. */
    private static final int PICTURES = 10;

    @TempDir
    Path folder;

    private Path photos;
    private final List<String> messages = new ArrayList<>();

    @BeforeEach
    void pictures() {
        photos = folder.resolve("photos");
        for (int i = 0; i < PICTURES; i++) {
            TestFiles.picture(picture(i), 48 + i, 48);
            if (i < 4) {
                TestFiles.mask(photos.resolve("masks/" + i + ".png"), 48 + i, 48, 0, 1, 2, 3, 4, 5, 6);
            }
        }
    }

    private Path picture(int i) {
        return photos.resolve("images/" + i + ".png");
    }

    /** Two epochs of three steps, the first without unlabelled pictures. */
    private ImasConfig config(boolean skipBroken) {
        ImasConfig tiny = Configs.tiny();
        return tiny.with(config -> config.data(tiny.data().with(data -> data.layout(ImasConfig.Layout.FOLDERS)
                        .root(photos.toString())
                        .skipBroken(skipBroken)))
                .training(tiny.training().with(training -> training.supOnlyEpochs(1)
                        .batchLabeled(2)
                        .batchUnlabeled(2)
                        .checkpointEvery(0))));
    }

    /** Does something when the row of a step is told; hears messages. */
    private final class At implements TrainListener {
        private final long step;
        private final Runnable deed;

        At(long step, Runnable deed) {
            this.step = step;
            this.deed = deed;
        }

        @Override
        public void step(StepMetrics metrics) {
            if (metrics.step() == step) {
                deed.run();
            }
        }

        @Override
        public void message(String line) {
            messages.add(line);
        }
    }

    private TrainListener nothing() {
        return new At(-1, () -> {});
    }

    private void cut(int i) {
        try {
            byte[] bytes = Files.readAllBytes(picture(i));
            Files.write(picture(i), Arrays.copyOf(bytes, bytes.length / 2));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void remove(int i) {
        try {
            Files.delete(picture(i));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRunWhosePictureVanishesStopsWhereItCanGoOnToTheSameBits() throws IOException {
        Path out = folder.resolve("stopped");
        Path kept = folder.resolve("kept");
        ImasConfig config = config(false).withTraining(config(false).training().withSupOnlyEpochs(0));
        Path reference = folder.resolve("reference");
        Trainer.run(config, reference, false, nothing());
        assertThatThrownBy(() -> Trainer.run(config, out, false, new At(1, () -> moveAll(kept))))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("images/")
                .hasMessageContaining("does not exist")
                .hasMessageContaining("the run stopped after step ")
                .hasMessageContaining("--resume")
                .message()
                .hasLineCount(1);
        assertThat(out.resolve("checkpoints")).isNotEmptyDirectory();
        moveBack(kept);
        Trainer.run(config, out, true, nothing());
        assertThat(out.resolve("teacher.safetensors")).hasSameBinaryContentAs(reference.resolve("teacher.safetensors"));
        assertThat(out.resolve("hardness.csv")).hasSameBinaryContentAs(reference.resolve("hardness.csv"));
    }

    /** The unlabelled pictures, away and back with their times and sizes. */
    private void moveAll(Path to) {
        try {
            Files.createDirectories(to);
            for (int i = 4; i < PICTURES; i++) {
                Files.move(picture(i), to.resolve(i + ".png"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void moveBack(Path from) throws IOException {
        for (int i = 4; i < PICTURES; i++) {
            Files.move(from.resolve(i + ".png"), picture(i));
        }
    }

    @Test
    void withSkipBrokenTheRunGoesOnAndTellsEachOnce() {
        Path out = folder.resolve("skipping");
        Trainer.run(config(true), out, false, new At(3, () -> {
            cut(5);
            remove(7);
        }));
        assertThat(messages.stream().filter(line -> line.startsWith("left out: " + picture(5))))
                .hasSize(1);
        assertThat(messages.stream().filter(line -> line.startsWith("left out: " + picture(7))))
                .hasSize(1);
        assertThat(out.resolve("hardness.csv"))
                .content()
                .contains(",4,")
                .doesNotContain(",5,")
                .doesNotContain(",7,");
        assertThat(out.resolve("teacher.safetensors")).exists();
    }

    @Test
    void aBrokenPictureWithAMaskIsAFaultUnlessItIsLeftOut() {
        cut(1);
        assertThatThrownBy(() -> Trainer.run(config(false), folder.resolve("faulty"), false, nothing()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(picture(1).toString());
        assertThat(folder.resolve("faulty")).doesNotExist();
        Trainer.run(config(true), folder.resolve("left out"), false, nothing());
        assertThat(messages)
                .anyMatch(line -> line.startsWith("warning: 1 of 4 pictures with masks cannot be read and left out")
                        && line.contains(picture(1).toString()));
    }

    @Test
    void resumeGoesOnWithFewerUnlabelledPicturesAndEpochsOfTheSameLength() throws IOException {
        Path out = folder.resolve("fewer");
        ImasConfig config = config(false);
        assertThatThrownBy(() -> Trainer.run(config, out, false, new At(5, () -> {
                    throw new IllegalStateException("killed");
                })))
                .hasMessage("killed");
        remove(6);
        remove(8);
        // The first attempt ends before it has a checkpoint of its own, and leaves its settings.
        assertThatThrownBy(() -> Trainer.run(config, out, true, new At(4, () -> {
                    throw new IllegalStateException("killed again");
                })))
                .hasMessage("killed again");
        ImasConfig written = ConfigYaml.read(out.resolve("config.yaml"));
        assertThat(written.data().epochLength()).isEqualTo(6);
        assertThat(Trainer.run(written, out, true, nothing()).steps()).isEqualTo(6);
        assertThat(messages)
                .anyMatch(line -> line.startsWith(
                        "the unlabelled pictures are not those that the run began with (4," + " before 6,"));
        assertThat(out.resolve("hardness.csv")).content().contains(",9,").doesNotContain(",8,");
    }

    @Test
    void resumeRefusesOtherLabelledPicturesAndMasks() {
        Path out = folder.resolve("labelled");
        assertThatThrownBy(() -> Trainer.run(config(false), out, false, new At(4, () -> {
                    throw new IllegalStateException("killed");
                })))
                .hasMessage("killed");
        TestFiles.mask(photos.resolve("masks/1.png"), 49, 48, 0, 6, 5, 4, 3, 2, 1, 0, 0, 0, 1, 1, 2);
        assertThatThrownBy(() -> Trainer.run(config(false), out, true, nothing()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the data set is not the one the run began with: labeled: \"")
                .hasMessageContaining("sizes ");
    }

    /** As the message of a run says that stopped at such a file. */
    @ParameterizedTest
    @CsvSource({"1,labelled", "0,validation"})
    void resumeWithSkipBrokenGoesOnWithoutPicturesWithMasks(int broken, String list) {
        TestFiles.picture(picture(PICTURES), 60, 48);
        TestFiles.mask(photos.resolve("masks/" + PICTURES + ".png"), 60, 48, 0, 1, 2, 3, 4, 5, 6);
        TestFiles.picture(picture(PICTURES + 1), 61, 48);
        TestFiles.mask(photos.resolve("masks/" + (PICTURES + 1) + ".png"), 61, 48, 0, 1, 2, 3, 4, 5, 6);
        Path out = folder.resolve("masked");
        assertThatThrownBy(() -> Trainer.run(config(false), out, false, new At(4, () -> {
                    throw new IllegalStateException("killed");
                })))
                .hasMessage("killed");
        cut(broken);
        assertThatThrownBy(() -> Trainer.run(config(false), out, true, nothing()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(picture(broken).toString());
        assertThat(Trainer.run(config(true), out, true, nothing()).steps()).isEqualTo(6);
        assertThat(messages)
                .anyMatch(line -> line.startsWith("the " + list + " pictures are not those that the run began with ("));
    }

    @Test
    void aReplacedUnlabelledPictureIsTold() {
        Path out = folder.resolve("replaced");
        assertThatThrownBy(() -> Trainer.run(config(false), out, false, new At(4, () -> {
                    throw new IllegalStateException("killed");
                })))
                .hasMessage("killed");
        TestFiles.picture(picture(6), 97, 95);
        assertThat(Trainer.run(config(false), out, true, nothing()).steps()).isEqualTo(6);
        assertThat(messages).anyMatch(line -> line.contains("(6, before 6, or other files)"));
    }

    @Test
    void aRunThatIsAskedToStopKeepsWhatItLearned() {
        Path whole = folder.resolve("whole");
        Trainer.run(config(false), whole, false, nothing());
        Path out = folder.resolve("asked");
        long[] step = new long[1];
        assertThatThrownBy(() -> Trainer.run(config(false), out, false, new TrainListener() {
                    @Override
                    public void step(StepMetrics metrics) {
                        step[0] = metrics.step();
                    }

                    @Override
                    public boolean stops() {
                        return step[0] == 4;
                    }
                }))
                .isInstanceOf(RunStopped.class)
                .hasMessageContaining("after step ");
        Trainer.run(config(false), out, true, nothing());
        assertThat(out.resolve("teacher.safetensors")).hasSameBinaryContentAs(whole.resolve("teacher.safetensors"));
    }

    /** What the check before the run leaves unopened is opened in the background, and all that is broken is told. */
    @Test
    void theLateCheckNamesEveryBrokenPictureAtOnce() {
        Dataset data = Dataset.open(config(false));
        cut(4);
        cut(9);
        try (LateCheck check = LateCheck.of(config(false), data)) {
            assertThat(check.size()).isEqualTo(6);
            check.begin();
            check.finish();
            assertThat(check.finished()).isTrue();
            assertThat(check.problems())
                    .hasSize(2)
                    .anyMatch(line -> line.startsWith(picture(4).toString()))
                    .anyMatch(line -> line.startsWith(picture(9).toString()));
        }
        try (LateCheck again = LateCheck.of(config(false), data)) {
            assertThat(again.size()).as("sound ones are known in this process").isEqualTo(2);
        }
    }
}
