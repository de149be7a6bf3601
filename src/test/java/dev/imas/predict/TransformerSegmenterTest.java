package dev.imas.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.UserException;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Head;
import dev.imas.config.ImasConfig.LastWindow;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.image.RgbImage;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of any size before a vision transformer: whole, resized to patches, and in windows where they are cut. */
class TransformerSegmenterTest {
    private static final Compute CPU = new Compute("cpu", Precision.FP32, false);

    @TempDir
    static Path folder;

    private static ImasConfig config;
    private static NetworkSpec spec;
    private static SegmentationNetwork network;
    private static Segmenter segmenter;

    @BeforeAll
    static void open() {
        Torch.load();
        config = ConfigYaml.defaults()
                .withNetwork(ConfigYaml.defaults().network().with(n -> n.backbone(Backbone.VIT_TINY)
                        .head(Head.DPT)));
        config = config.withAugment(config.augment().withCrop(List.of(70, 70)));
        spec = NetworkSpec.of(config.withData(config.data().withClasses(3)));
        network = spec.create();
        segmenter = Segmenter.of(network, spec, config, CPU);
    }

    @AfterAll
    static void close() {
        segmenter.close();
        network.close();
    }

    private static RgbImage picture(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (127 + 120 * Math.sin(0.01 * i + i % 3));
        }
        return new RgbImage(width, height, rgb);
    }

    private static Tiles side(int pixels) {
        return new Tiles(OptionalInt.of(pixels), OptionalDouble.empty());
    }

    @Test
    void aPictureOfAnySizeIsAnsweredInItsSize() {
        Segmentation found = segmenter.segment(picture(97, 71));
        assertThat(found.labels().width()).isEqualTo(97);
        assertThat(found.labels().height()).isEqualTo(71);
        assertThat(found.confidence()).hasSize(97 * 71);
        for (float share : found.confidence()) {
            assertThat(share).isBetween(1 / 3f - 1e-4f, 1f);
        }
    }

    @Test
    void oneWindowIsTheWholeAndSeveralCoverThePicture() {
        RgbImage square = picture(70, 70);
        assertThat(segmenter.segment(square, side(64), Progress.NONE).labels().labels())
                .containsExactly(segmenter.segment(square).labels().labels());
        Segmentation cut = segmenter.segment(picture(150, 90), side(70), Progress.NONE);
        assertThat(cut.labels().width()).isEqualTo(150);
        assertThat(cut.confidence()).hasSize(150 * 90);
        for (float share : cut.confidence()) {
            assertThat(share).isBetween(1 / 3f - 1e-4f, 1f);
        }
    }

    /** Of windows that lie side by side the mean is that of the parts. */
    @Test
    void aPictureThatDoesNotFitIsLookedAtInWindowsForItsFeaturesToo() {
        RgbImage wide = picture(140, 70);
        try (Segmenter little = Segmenter.of(network, spec, config, CPU, new DeviceMemory(false, 1L << 20))) {
            float[] found = little.features(wide);
            List<RgbImage> windows = List.of(part(wide, 0), part(wide, 46), part(wide, 70)); // the last is moved back
            for (int c = 0; c < found.length; c++) {
                double mean = 0;
                for (RgbImage window : windows) {
                    mean += segmenter.features(window)[c] / windows.size();
                }
                assertThat((double) found[c]).isCloseTo(mean, within(1e-5));
            }
        }
        assertThat(segmenter.features(wide)).hasSize(network.featureChannels());
    }

    /** The file alone says which network it is. */
    @Test
    void windowsThatAreNoWholePatchesAreRefused() throws IOException {
        Path lone = folder.resolve("teacher.safetensors");
        WeightFiles.save(network.state(), lone, spec.metadata());
        Segmenter.Options options = Segmenter.Options.defaults().device("cpu");
        assertThatThrownBy(() -> Segmenter.open(lone, options.sliding(100)))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("evaluation.window is 100; expected 98 or 112")
                .hasMessageContaining("vit_tiny");
        try (Segmenter sound = Segmenter.open(lone, options.sliding(98))) {
            assertThat(sound.settings().evaluation().window()).isEqualTo(98);
            assertThat(sound.settings().evaluation().lastWindow()).isEqualTo(LastWindow.MOVED);
        }
        assertThatThrownBy(() -> Segmenter.open(lone, options.sliding(98).set("evaluation.last_window", "cut")))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("evaluation.last_window is cut; expected moved");
        ImasConfig cut = config.withData(config.data().withClasses(3))
                .withEvaluation(
                        config.evaluation().withMode(EvaluationMode.SLIDING).withWindow(98));
        Path windowed = folder.resolve("windowed.safetensors");
        WeightFiles.save(network.state(), windowed, NetworkSpec.of(cut).metadata());
        assertThatThrownBy(() -> Segmenter.open(windowed, options))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("evaluation.last_window is cut; expected moved");
        Segmenter.open(windowed, options.set("evaluation.last_window", "moved")).close();
    }

    private static RgbImage part(RgbImage picture, int left) {
        byte[] rgb = new byte[3 * 70 * 70];
        for (int y = 0; y < 70; y++) {
            System.arraycopy(picture.rgb(), 3 * (y * picture.width() + left), rgb, 3 * 70 * y, 3 * 70);
        }
        return new RgbImage(70, 70, rgb);
    }
}
