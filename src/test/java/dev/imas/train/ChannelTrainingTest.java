package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.PixelRange;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageFiles;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import dev.imas.image.Samples;
import dev.imas.image.TestChannels;
import dev.imas.predict.Segmentation;
import dev.imas.predict.Segmenter;
import dev.imas.run.StepMetrics;
import dev.imas.semi.Configs;
import dev.imas.weights.NetworkSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on dim 16-bit channels: trained, resumed bit for bit, and the weights used. */
class ChannelTrainingTest {
    private static final int SIDE = 32;

    @TempDir
    private Path folder;

    /** Listens, and kills the run after so many steps. */
    private static final class Ear implements TrainListener {
        private final long fatal;
        private final List<String> messages = new ArrayList<>();

        Ear(long fatal) {
            this.fatal = fatal;
        }

        @Override
        public void started(long startStep, long totalSteps, int stepsPerEpoch) {}

        @Override
        public void step(StepMetrics metrics) {
            if (metrics.step() == fatal) {
                throw new IllegalStateException("killed");
            }
        }

        @Override
        public void message(String line) {
            messages.add(line);
        }
    }

    /** Two channels are in a file each, more in one: noise of some hundred levels, brighter in a disc, class 1. */
    private Path pictures(int channels) {
        Path root = folder.resolve("cells");
        for (int i = 0; i < 12; i++) {
            int[][] values = new int[channels][SIDE * SIDE];
            byte[] labels = new byte[SIDE * SIDE];
            Rng rng = Rng.of(i, "cells");
            for (int p = 0; p < labels.length; p++) {
                boolean inside = Math.hypot(p % SIDE - 10 - i, p / SIDE - 16) < 8;
                labels[p] = (byte) (inside ? 1 : 0);
                for (int c = 0; c < channels; c++) {
                    values[c][p] = 100 * (c + 1) + rng.integer(0, 100) + (inside && c % 2 == 0 ? 500 : 0);
                }
            }
            for (int c = 0; c < channels && channels == 2; c++) {
                TestChannels.grey16(root.resolve("images/cell" + i + "_000" + c + ".png"), SIDE, SIDE, values[c]);
            }
            if (channels != 2) {
                int[] together = new int[SIDE * SIDE * channels];
                Arrays.setAll(together, k -> values[k % channels][k / channels]);
                TestChannels.tiff16(root.resolve("images/cell" + i + ".tif"), SIDE, SIDE, channels, together);
            }
            if (i < 6) {
                IndexPng.write(
                        root.resolve("masks/cell" + i + ".png"), new LabelMap(SIDE, SIDE, labels), List.of(0, 255));
            }
        }
        return root;
    }

    private static ImasConfig config(Path root, int channels) {
        ImasConfig tiny = Configs.tiny();
        return tiny.with(config -> config.data(tiny.data().with(data -> data.layout(ImasConfig.Layout.FOLDERS)
                        .root(root.toString())
                        .classes(2)
                        .channels(Channels.of(channels))))
                .augment(tiny.augment()
                        .with(augment -> augment.crop(List.of(SIDE, SIDE)).device(true)))
                .training(tiny.training()
                        .with(training ->
                                training.batchLabeled(2).batchUnlabeled(2).checkpointEvery(1))));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void trainsResumesAndPredicts(int channels) throws IOException {
        Path root = pictures(channels);
        Path whole = folder.resolve("whole");
        Ear ear = new Ear(Long.MAX_VALUE);
        Trainer.run(config(root, channels), whole, false, ear);
        assertThat(ear.messages)
                .anySatisfy(line -> assertThat(line).contains("auto took percentile over", "of 0 to 65535"))
                .anySatisfy(line -> assertThat(line).contains("augment.device"));

        ImasConfig written = ConfigYaml.read(whole.resolve("config.yaml"));
        assertThat(written.data().range().rule()).isEqualTo(PixelRange.Rule.WINDOWS);
        assertThat(written.data().mean()).hasSize(channels).allMatch(mean -> mean > 0 && mean < 1);
        resumedIsTheSame(written, channels, root, whole);
        predicts(channels, root, whole.resolve("teacher.safetensors"));
        RgbImage sample = ImageFiles.picture(whole.resolve("samples/000-image.png"));
        assertThat(brightest(sample)).isEqualTo(255); // stretched, not black
    }

    private void resumedIsTheSame(ImasConfig written, int channels, Path root, Path whole) throws IOException {
        Path killed = folder.resolve("killed");
        ImasConfig config = config(root, channels);
        assertThatThrownBy(() -> Trainer.run(config, killed, false, new Ear(4))).hasMessage("killed");
        assertThat(ConfigYaml.read(killed.resolve("config.yaml"))).isEqualTo(written);
        Trainer.run(ConfigYaml.read(killed.resolve("config.yaml")), killed, true, new Ear(Long.MAX_VALUE));
        for (String name : List.of("teacher.safetensors", "student.safetensors", "class_iou.csv")) {
            assertThat(killed.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
        }
    }

    private void predicts(int channels, Path root, Path weights) throws IOException {
        assertThat(NetworkSpec.of(weights).orElseThrow().input().channels()).isEqualTo(Channels.of(channels));
        Path elsewhere = Files.copy(weights, folder.resolve("elsewhere.safetensors"));
        Path file = root.resolve(channels == 2 ? "images/cell9_0000.png" : "images/cell9.tif");
        try (Segmenter ofRun =
                        Segmenter.open(weights, Segmenter.Options.defaults().device("cpu"));
                Segmenter alone =
                        Segmenter.open(elsewhere, Segmenter.Options.defaults().device("cpu"))) {
            Picture picture = alone.read(file);
            assertThat(picture).isInstanceOf(FloatImage.class);
            Segmentation found = alone.segment(file);
            assertThat(found.labels().labels())
                    .isEqualTo(ofRun.segment(picture).labels().labels());
            assertThat(alone.segment(stored(root, channels)).labels().labels())
                    .isEqualTo(found.labels().labels());
            refusesOthers(alone, channels);
        }
        keepsItsChannels(weights, channels);
    }

    private static Samples stored(Path root, int channels) {
        if (channels != 2) {
            return ImageFiles.samples(root.resolve("images/cell9.tif"));
        }
        float[] values = new float[SIDE * SIDE * 2];
        for (int c = 0; c < 2; c++) {
            float[] plane = ImageFiles.samples(root.resolve("images/cell9_000" + c + ".png"))
                    .values();
            for (int p = 0; p < plane.length; p++) {
                values[2 * p + c] = plane[p];
            }
        }
        return new Samples(SIDE, SIDE, 2, Samples.Kind.UNSIGNED, 16, values, List.of());
    }

    private void refusesOthers(Segmenter segmenter, int channels) {
        Path grey = folder.resolve("grey.png");
        TestChannels.grey16(grey, 2, 1, 1, 2);
        assertThatThrownBy(() -> segmenter.segment(grey))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("grey.png has 1 channel; data.channels is " + channels);
        assertThatThrownBy(() -> segmenter.segment(RgbImage.black(9, 9)))
                .isInstanceOf(UserException.class)
                .hasMessage("the picture has RGB colours; the network sees " + channels + " channels");
        assertThatThrownBy(() -> segmenter.segment(FloatImage.zeros(9, 9, channels + 1)))
                .hasMessageContaining("the picture has " + (channels + 1) + " channels");
    }

    private static void keepsItsChannels(Path weights, int channels) {
        Segmenter.Options other = Segmenter.Options.defaults().set("data.channels=" + (channels + 1));
        assertThatThrownBy(() -> Segmenter.open(weights, other))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.channels is " + (channels + 1) + "; expected " + channels);
    }

    private static int brightest(RgbImage image) {
        int brightest = 0;
        for (byte value : image.rgb()) {
            brightest = Math.max(brightest, value & 255);
        }
        return brightest;
    }
}
