package dev.imas.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.PictureInput;
import dev.imas.device.Compute;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.image.StoredMask;
import dev.imas.nn.Networks;
import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A picture in pieces gives what it gives as a whole. */
class TilesTest {
    private static final int CLASSES = 4;
    private static final Compute CPU = Compute.of("cpu", Precision.FP32, Backbone.TINY);

    @TempDir
    Path folder;

    private static ImasConfig config;
    private static SegmentationNetwork network;
    private static SegmentationNetwork dense;

    @BeforeAll
    static void makeNetworks() {
        config = ConfigYaml.resolve(ConfigYaml.preset("embedded"));
        network = lively(16);
        dense = lively(8);
    }

    @AfterAll
    static void close() {
        network.close();
        dense.close();
    }

    private static ImasConfig.Network described(int outputStride) {
        return Networks.spec(Backbone.TINY, Stem.DEEP, outputStride, false)
                .with(settings -> settings.aspp(List.of(1, 2, 3)).multiGrid(false));
    }

    /**
     * An untrained network looks far beyond what a trained one takes into account; this one's deepest branches, which
     * end in zeros at first, stay silent for that. Every class is the likeliest somewhere.
     */
    private static SegmentationNetwork lively(int outputStride) {
        SegmentationNetwork made = SegmentationNetwork.create(described(outputStride), CLASSES, 11);
        try (PointerScope scope = new PointerScope()) {
            for (Map.Entry<String, Tensor> entry : made.parameters().entrySet()) {
                if (entry.getKey().matches("encoder.layer[12].*bn2.weight")) {
                    fill(entry.getValue(), 1);
                }
            }
            made.placed(CPU);
            int pixels = 200 * 160;
            float[] p;
            try (Segmenter segmenter = segmenter(made, outputStride, config)) {
                p = segmenter.segmentWithProbabilities(discs(200, 160)).probabilities();
            }
            FloatPointer bias = made.state().get("decoder.classifier.6.bias").data_ptr_float();
            for (int c = 0; c < CLASSES; c++) {
                int first = c * pixels;
                double mean = IntStream.range(first, first + pixels)
                        .mapToDouble(i -> Math.log(p[i]))
                        .average()
                        .orElseThrow();
                bias.put(c, (float) (bias.get(c) - mean));
            }
        }
        return made;
    }

    private static void fill(Tensor tensor, float value) {
        FloatPointer values = tensor.data_ptr_float();
        for (long i = 0; i < tensor.numel(); i++) {
            values.put(i, value);
        }
    }

    private static Segmenter segmenter(SegmentationNetwork network, int outputStride, ImasConfig settings) {
        return Segmenter.of(network, spec(outputStride), settings, CPU);
    }

    private static NetworkSpec spec(int outputStride) {
        return new NetworkSpec(described(outputStride), CLASSES, null, null);
    }

    /** Discs of several colours and sizes, which make no two places alike. */
    private static RgbImage discs(int width, int height) {
        RgbImage image = RgbImage.black(width, height);
        Rng rng = Rng.of(5, "discs");
        for (int disc = 0; disc < 12; disc++) {
            int x0 = rng.integer(0, width);
            int y0 = rng.integer(0, height);
            int radius = 10 + rng.integer(0, 60);
            byte[] colour = new byte[3];
            for (int c = 0; c < colour.length; c++) {
                colour[c] = (byte) rng.integer(0, 256);
            }
            for (int i = 0; i < width * height; i++) {
                int x = i % width - x0;
                int y = i / width - y0;
                if (x * x + y * y < radius * radius) {
                    System.arraycopy(colour, 0, image.rgb(), 3 * i, 3);
                }
            }
        }
        return image;
    }

    @ParameterizedTest
    @CsvSource({
        "640, 512, 16, 1.0",
        "513, 401, 16, 1.0",
        "431, 607, 16, 1.0",
        "398, 530, 8, 1.0",
        "1001, 777, 16, 0.6",
        "33, 700, 16, 1.0"
    })
    void tilesGiveWhatTheWholeGives(int width, int height, int outputStride, double scale) {
        RgbImage picture = discs(width, height);
        ImasConfig settings = config.withEvaluation(config.evaluation().withScale(scale));
        try (Segmenter segmenter = segmenter(outputStride == 16 ? network : dense, outputStride, settings)) {
            Segmentation whole = segmenter.segment(picture);
            Segmentation tiled =
                    segmenter.segment(picture, new Tiles(OptionalInt.of(320), OptionalDouble.of(0.7)), Progress.NONE);
            byte[] expected = whole.labels().labels();
            assertThat(IntStream.range(0, expected.length)
                            .map(i -> expected[i])
                            .distinct()
                            .count())
                    .as("a picture of one class would show nothing")
                    .isGreaterThan(1);
            assertThat(agreement(tiled, expected)).isGreaterThanOrEqualTo(0.999);
            double apart = IntStream.range(0, expected.length)
                    .mapToDouble(i -> Math.abs(whole.confidence()[i] - tiled.confidence()[i]))
                    .average()
                    .orElseThrow();
            assertThat(apart).isLessThan(1e-3);
        }
    }

    @Test
    void severalNetworksAndPositionsAreAveragedInTiles() {
        RgbImage picture = discs(431, 375);
        Tiles tiles = new Tiles(OptionalInt.of(320), OptionalDouble.of(0.7));
        Path one = folder.resolve("one.safetensors");
        Path other = folder.resolve("other.safetensors");
        WeightFiles.save(network.state(), one, spec(16).metadata());
        WeightFiles.save(dense.state(), other, spec(8).metadata());
        Segmenter.Options options = Segmenter.Options.defaults()
                .device("cpu")
                .precision(Precision.FP32)
                .scale(1);
        try (Segmenter both = Segmenter.open(List.of(one, other), options, TestTimeAugmentation.NONE);
                Segmenter first = Segmenter.open(one, options)) {
            byte[] averaged = both.segment(picture).labels().labels();
            assertThat(agreement(both.segment(picture, tiles, Progress.NONE), averaged))
                    .isGreaterThan(0.999);
            assertThat(agreement(first.segment(picture), averaged)).isLessThan(0.999);
        }
        try (Segmenter turned = Segmenter.open(List.of(one), options, TestTimeAugmentation.D4);
                Segmenter straight = Segmenter.open(one, options)) {
            Segmentation found = turned.segment(picture, tiles, Progress.NONE);
            double near = agreement(found, turned.segment(picture).labels().labels());
            assertThat(near)
                    .isGreaterThan(0.95)
                    .isGreaterThan(
                            agreement(found, straight.segment(picture).labels().labels()));
        }
    }

    @Test
    void probabilitiesInTilesAreThoseThatTheLabelsComeFrom() {
        RgbImage picture = discs(1056, 40);
        for (EvaluationMode mode : EvaluationMode.values()) {
            ImasConfig settings =
                    config.withEvaluation(config.evaluation().withMode(mode).withWindow(64));
            DeviceMemory little = new DeviceMemory(false, 1L << 20);
            DeviceMemory plenty = new DeviceMemory(false, 1L << 40);
            try (Segmenter cut = Segmenter.of(network, spec(16), settings, CPU, little);
                    Segmenter uncut = Segmenter.of(network, spec(16), settings, CPU, plenty)) {
                Segmentation found = cut.segmentWithProbabilities(picture);
                byte[] labels = found.labels().labels();
                assertThat(cut.segment(picture).labels().labels()).isEqualTo(labels);
                float[] expected = uncut.segmentWithProbabilities(picture).probabilities();
                for (int i = 0; i < labels.length; i++) {
                    assertThat(found.probabilities()[labels[i] * labels.length + i])
                            .isCloseTo(found.confidence()[i], within(1e-5f));
                }
                assertThat(IntStream.range(0, expected.length)
                                .mapToDouble(i -> Math.abs(found.probabilities()[i] - expected[i]))
                                .average()
                                .orElseThrow())
                        .isLessThan(1e-3);
            }
        }
    }

    @Test
    void featuresFromTilesAreThoseOfTheWhole() {
        RgbImage picture = discs(1056, 40);
        try (Segmenter cut = Segmenter.of(network, spec(16), config, CPU, new DeviceMemory(false, 1L << 20));
                Segmenter uncut = Segmenter.of(network, spec(16), config, CPU, new DeviceMemory(false, 1L << 40))) {
            float[] expected = uncut.features(picture);
            float[] found = cut.features(picture);
            float[] other = uncut.features(RgbImage.black(1056, 40));
            assertThat(found).hasSameSizeAs(expected);
            assertThat(distance(found, expected)).isLessThan(distance(other, expected) / 20);
        }
    }

    private static double distance(float[] one, float[] other) {
        return Math.sqrt(IntStream.range(0, one.length)
                .mapToDouble(i -> Math.pow(one[i] - other[i], 2))
                .sum());
    }

    private static double agreement(Segmentation found, byte[] expected) {
        byte[] labels = found.labels().labels();
        return (double) IntStream.range(0, labels.length)
                        .filter(i -> labels[i] == expected[i])
                        .count()
                / labels.length;
    }

    @Test
    void windowsGiveTheSameBandByBand() {
        RgbImage picture = discs(150, 131);
        ImasConfig settings = config.withEvaluation(config.evaluation()
                .withMode(EvaluationMode.SLIDING)
                .withWindow(64)
                .withScale(0.7));
        try (Segmenter segmenter = segmenter(network, 16, settings)) {
            Segmentation whole = segmenter.segment(picture);
            Segmentation bands = segmenter.segment(picture, Tiles.AUTO, Progress.NONE);
            assertThat(bands.labels().labels()).isEqualTo(whole.labels().labels());
            for (int i = 0; i < whole.confidence().length; i++) {
                assertThat(bands.confidence()[i]).isCloseTo(whole.confidence()[i], within(1e-5f));
            }
        }
    }

    @Test
    void aFileGivesTheSameAndNothingIsLeftOfACallThatEnds() throws IOException {
        RgbImage picture = discs(430, 317);
        Path file = folder.resolve("picture.png");
        Path out = folder.resolve("out");
        Pngs.write(file, picture);
        Tiles tiles = new Tiles(OptionalInt.of(256), OptionalDouble.empty());
        try (Segmenter segmenter = segmenter(network, 16, config)) {
            byte[] expected =
                    segmenter.segment(picture, tiles, Progress.NONE).labels().labels();
            for (String name : List.of("labels.png", "labels.tif")) {
                segmenter.segment(file, out.resolve(name), tiles, Progress.NONE);
                StoredMask mask = ImageFiles.storedMask(out.resolve(name), new ImageSize(430, 317));
                for (int i = 0; i < expected.length; i++) {
                    assertThat(mask.values()[i]).isEqualTo(expected[i]);
                }
            }
            assertThatThrownBy(() ->
                            segmenter.segment(file, out.resolve("other.png"), tiles, (done, all) -> done < all - 1))
                    .isInstanceOf(Progress.Cancelled.class);
            byte[] whole = Files.readAllBytes(file);
            Path half = Files.write(folder.resolve("half.png"), Arrays.copyOf(whole, whole.length / 2));
            assertThatThrownBy(() -> segmenter.segment(half, out.resolve("other.png"), tiles, Progress.NONE))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(half.toString());
            Path taken = Files.createDirectories(out.resolve("folder.png"));
            assertThatThrownBy(() -> segmenter.segment(file, taken, tiles, Progress.NONE))
                    .isInstanceOf(IOException.class);
            Path link = Files.createSymbolicLink(folder.resolve("link.png"), file);
            assertThatThrownBy(() -> segmenter.segment(file, link, tiles, Progress.NONE))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("would replace it");
            assertThatThrownBy(() -> segmenter.segment(file, out.resolve("labels.jpg"), tiles, Progress.NONE))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(".tif");
        }
        try (Stream<Path> left = Files.list(out)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("labels.png", "labels.tif", "folder.png");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 256, 64", "257, 256, 64", "272, 256, 64", "273, 256, 128", "1000, 256, 64", "20001, 1840, 576"})
    void tilesCoverTheSideAndNoneIsSmall(int extent, int side, int overlap) {
        List<Span> tiles = Span.tiles(extent, side, overlap, Grid.UNIT);
        assertThat(tiles.get(0).start()).isZero();
        assertThat(tiles.get(tiles.size() - 1).end()).isEqualTo(extent);
        for (int i = 0; i < tiles.size(); i++) {
            assertThat(tiles.get(i).start() % Grid.UNIT).isZero();
            assertThat(tiles.get(i).length()).isBetween(Math.min(extent, side), side + Grid.UNIT - 1);
            if (i > 0) {
                assertThat(tiles.get(i - 1).end() - tiles.get(i).start()).isGreaterThanOrEqualTo(overlap);
            }
        }
    }

    @Test
    void tilesFitTheMostDemandingNetworkAndThePicturesWidth() {
        DeviceMemory memory = new DeviceMemory(true, 4L << 30);
        ImageSize size = new ImageSize(40_000, 9_000);
        NetworkSpec large = new NetworkSpec(
                Networks.spec(Backbone.RESNET50, Stem.DEEP, 16, false).with(settings -> settings.aspp(List.of(20))),
                CLASSES,
                null,
                null);
        assertThat(TileSize.of(Tiles.AUTO, List.of(spec(16), large), memory, size))
                .isEqualTo(TileSize.of(Tiles.AUTO, List.of(large, spec(16)), memory, size))
                .isNotEqualTo(TileSize.of(Tiles.AUTO, List.of(spec(16)), memory, size));

        PictureInput wide = new PictureInput(
                Channels.parse(16).orElseThrow(),
                PictureInput.RGB.range(),
                null,
                Collections.nCopies(16, 0.5),
                Collections.nCopies(16, 0.2));
        NetworkSpec channels = new NetworkSpec(described(16), CLASSES, null, null, wide);
        TileSize chosen = TileSize.of(Tiles.AUTO, List.of(channels), memory, size);
        assertThat(chosen.side()).isBetween(256, 1023);
        assertThat((long) chosen.side() * size.width() * wide.pixelBytes()).isLessThan(Integer.MAX_VALUE);

        ImasConfig windows = config.withEvaluation(config.evaluation().withMode(EvaluationMode.SLIDING));
        assertThat(TileSize.ofWhole(size, List.of(spec(16)), windows.evaluation()))
                .isGreaterThanOrEqualTo(40_000.0 * 9_000 * CLASSES * Float.BYTES);
    }

    @Test
    void theSameFileIsNoSecondNetwork() {
        Path one = folder.resolve("one.safetensors");
        WeightFiles.save(network.state(), one, spec(16).metadata());
        List<Path> twice = List.of(one, folder.resolve(".").resolve("one.safetensors"));
        assertThatThrownBy(() -> Segmenter.open(twice, Segmenter.Options.defaults(), TestTimeAugmentation.NONE))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the same file twice");
    }

    @Test
    void senselessTilesAreRefused() {
        assertThatThrownBy(() -> new Tiles(OptionalInt.of(16), OptionalDouble.empty()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("(--tile) is 16 pixels; expected 64 to 32768");
        assertThatThrownBy(() -> new Tiles(OptionalInt.of(Integer.MAX_VALUE), OptionalDouble.empty()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("64 to 32768");
        assertThatThrownBy(() -> new Tiles(OptionalInt.empty(), OptionalDouble.of(0.1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("0.25");
    }
}
