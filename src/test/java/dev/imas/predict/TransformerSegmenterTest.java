package dev.imas.predict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Head;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.image.RgbImage;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pictures of any size before a vision transformer: whole, resized to patches, and in windows where they are cut. */
class TransformerSegmenterTest {
    private static final Compute CPU = new Compute("cpu", Precision.FP32, false);

    private static SegmentationNetwork network;
    private static Segmenter segmenter;

    @BeforeAll
    static void open() {
        Torch.load();
        ImasConfig config = ConfigYaml.defaults()
                .withNetwork(ConfigYaml.defaults().network().with(n -> n.backbone(Backbone.VIT_TINY)
                        .head(Head.DPT)));
        NetworkSpec spec = new NetworkSpec(config.network(), 3, List.of(), List.of());
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
        assertThat(segmenter.features(square)).hasSize(network.featureChannels());
    }
}
