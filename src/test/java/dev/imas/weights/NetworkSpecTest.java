package dev.imas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.nn.DeepLabV3Plus;
import dev.imas.nn.Networks;
import dev.imas.nn.SegmentationNetwork;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkSpecTest {
    private static final NetworkSpec SPEC = new NetworkSpec(
            Networks.spec(Backbone.TINY, Stem.DEEP, 16, true),
            3,
            List.of("sky", "road, \"wet\"", "cr\u00eape"),
            List.of(0, 0xff8000, 0x0000ff));

    @TempDir
    private Path folder;

    @Test
    void aWeightFileSaysWhichNetworkItIs() {
        Path file = folder.resolve("teacher.safetensors");
        try (PointerScope scope = new PointerScope();
                DeepLabV3Plus network = new DeepLabV3Plus(SPEC.network(), SPEC.classes(), 9)) {
            WeightFiles.save(network.state(), file, SPEC.metadata());
            assertThat(NetworkSpec.of(file)).contains(SPEC);
            try (SegmentationNetwork opened = NetworkSpec.open(file)) {
                network.state().forEach((key, tensor) -> assertThat(
                                torch.equal(tensor, opened.state().get(key)))
                        .as(key)
                        .isTrue());
            }
        }
    }

    /** So that a value which no file gave could not pass for a trained one. */
    @Test
    void whatIsNotDrawnIsNoNumber() {
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork undrawn = SPEC.undrawn();
                SegmentationNetwork drawn = SPEC.create()) {
            String first = undrawn.firstConvolution();
            assertThat(torch.isnan(undrawn.state().get(first)).all().item_bool())
                    .isTrue();
            assertThat(torch.isnan(drawn.state().get(first)).any().item_bool()).isFalse();
        }
    }

    @Test
    void aNetworkForChannelsSaysHowItSeesThem() {
        PictureInput input = new PictureInput(
                Channels.parse(List.of(4, 0)).orElseThrow(),
                PixelRange.of(List.of(new PixelRange.Window(0.1, 4095), new PixelRange.Window(-3, 1.0 / 3))),
                2,
                List.of(0.1, 0.2),
                List.of(0.3, 1.0 / 7));
        NetworkSpec spec = new NetworkSpec(SPEC.network(), 3, SPEC.classNames(), SPEC.palette(), input);
        Path file = folder.resolve("channels.safetensors");
        try (PointerScope scope = new PointerScope();
                SegmentationNetwork network = spec.create()) {
            WeightFiles.save(network.state(), file, spec.metadata());
            assertThat(NetworkSpec.of(file)).contains(spec);
            assertThat(spec.metadata().get("imas.input"))
                    .startsWith("2 channels")
                    .endsWith("[B,2,H,W]");
            try (SegmentationNetwork opened = NetworkSpec.open(file)) {
                assertThat(opened.state().get(opened.firstConvolution()).size(1))
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void filesFromBeforeThatAreForColours() {
        Map<String, String> texts = new LinkedHashMap<>(SPEC.metadata());
        for (String key : List.of("channels", "range", "page")) {
            texts.remove("imas." + key);
        }
        assertThat(NetworkSpec.of(write(texts))).contains(SPEC);
    }

    @Test
    void aFileSaysHowItsNetworkIsMeantToSeePictures() {
        ImasConfig config = ConfigYaml.resolve(ConfigYaml.preset("embedded"));
        NetworkSpec spec = NetworkSpec.of(config.withEvaluation(config.evaluation()
                .withMode(EvaluationMode.SLIDING)
                .withWindow(96)
                .withLastWindow(ImasConfig.LastWindow.MOVED)
                .withPatchFit(ImasConfig.PatchFit.PAD)
                .withScale(0.5)));
        assertThat(NetworkSpec.of(write(spec.metadata())).orElseThrow().sight()).isEqualTo(spec.sight());
        assertThat(NetworkSpec.of(write(SPEC.metadata())).orElseThrow().sight().mode())
                .as("a file from before")
                .isEmpty();
    }

    @Test
    void emptyNamesAndColoursStayEmpty() {
        NetworkSpec bare = new NetworkSpec(Networks.spec(Backbone.RESNET101, Stem.CONV7, 8, false), 21, null, null);
        Path file = write(bare.metadata());
        assertThat(NetworkSpec.of(file)).contains(bare);
    }

    @Test
    void anotherProgramsWeightsSayNothing() {
        Path file = write(Map.of("format", "pt"));
        assertThat(NetworkSpec.of(file)).isEmpty();
        assertThatThrownBy(() -> NetworkSpec.open(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("does not say which network");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "imas.version | 2 | version 1",
                "imas.backbone | vgg16 | resnet50",
                "imas.stem | wide | conv7",
                "imas.output_stride | 4 | 8..16",
                "imas.aspp | 6,12 | JSON list",
                "imas.aspp | [6,null] | JSON list",
                "imas.multi_grid | yes | true or false",
                "imas.classes | 0 | 1..255",
                "imas.mode | tiled | whole",
                "imas.window | 1 | 2..",
                "imas.last_window | off | cut",
                "imas.patch_fit | cut | resize",
                "imas.classes | many | whole number",
                "imas.class_names | {} | JSON list",
                "imas.channels | 0 | rgb",
                "imas.range | [3,1] | percentile",
                "imas.page | first | whole number",
                "imas.mean | [0.5] | 3 channels",
                "imas.palette | [\"red\"] | #80ff00"
            })
    void unusableValuesAreNamed(String key, String value, String expected) {
        Map<String, String> texts = new HashMap<>(SPEC.metadata());
        texts.put(key, value);
        Path file = write(texts);
        assertThatThrownBy(() -> NetworkSpec.of(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(key)
                .hasMessageContaining(value)
                .hasMessageContaining(expected);
    }

    @Test
    void aMissingValueIsNamed() {
        Map<String, String> texts = new HashMap<>(SPEC.metadata());
        texts.remove("imas.aspp");
        assertThatThrownBy(() -> NetworkSpec.of(write(texts)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("lacks imas.aspp");
    }

    private Path write(Map<String, String> metadata) {
        Path file = folder.resolve("a.safetensors");
        try (PointerScope scope = new PointerScope()) {
            WeightFiles.save(Map.of("x", torch.ones(2)), file, metadata);
        }
        return file;
    }
}
