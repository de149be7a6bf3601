package dev.imas.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.EvaluationMode;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.config.PixelRange.Rule;
import dev.imas.config.PixelRange.Window;
import dev.imas.predict.Segmenter;
import dev.imas.weights.NetworkSpec;
import dev.imas.weights.Provenance;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is exported gives the network's own numbers, or is not there. */
class ExporterTest {
    private static final Segmenter.Options CPU =
            Segmenter.Options.defaults().device("cpu").set("precision", "fp32");

    /** The others are packages of these. */
    private static final List<ExportFormat> GRAPHS = List.of(ExportFormat.TORCHSCRIPT, ExportFormat.ONNX);

    @TempDir
    Path folder;

    static Stream<Arguments> models() {
        List<Double> mean = List.of(0.4, 0.3);
        List<Double> std = List.of(0.2, 0.25);
        PictureInput stored = new PictureInput(
                Channels.parse(List.of(2, 0)).orElseThrow(),
                PixelRange.of(List.of(new Window(101, 2058), new Window(-0.5, 3120))),
                null,
                mean,
                std);
        PictureInput unit = new PictureInput(Channels.of(2), PixelRange.of(Rule.PICTURE_PERCENTILE), null, mean, std);
        PictureInput deepColours =
                new PictureInput(Channels.RGB, PixelRange.of(List.of(new Window(0, 4095))), null, List.of(), List.of());
        PictureInput stretchedColours =
                new PictureInput(Channels.RGB, PixelRange.of(Rule.PICTURE_ZSCORE), null, List.of(), List.of());
        return Stream.of(PictureInput.RGB, stored, unit, deepColours, stretchedColours)
                .flatMap(input -> Stream.of(1.0, 0.5, 0.37).map(scale -> Arguments.of(input, scale)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyKindOfInputAtEveryScale(PictureInput input, double scale) {
        Path weights = TrainedFiles.write(
                folder.resolve("w.safetensors"), TrainedFiles.network(Backbone.TINY, Stem.DEEP, 16, false), input);
        try (Segmenter segmenter = Segmenter.open(weights, CPU.scale(scale))) {
            Exporter exporter = new Exporter(segmenter, TrainedFiles.CARD);
            for (ExportFormat format : scale == 1 ? List.of(ExportFormat.values()) : GRAPHS) {
                Path file = folder.resolve("model" + format.ending());
                if (!GRAPHS.contains(format) && ModelInput.of(input, scale).kind() == ModelInput.Kind.UNIT) {
                    assertThatThrownBy(() -> exporter.export(format, file))
                            .isInstanceOf(UserException.class)
                            .hasMessageStartingWith("data.range is " + input.range());
                    assertThat(file).doesNotExist();
                    continue;
                }
                assertThat(exporter.export(format, file)).isLessThan(Exporter.TOLERANCE);
                if (scale == 1) {
                    assertThat(exporter.check(format, file)).isLessThan(Exporter.TOLERANCE);
                }
            }
        }
        assertThat(folder.toFile().list()).noneMatch(name -> name.contains(".tmp"));
    }

    static Stream<Arguments> networks() {
        return Stream.of(
                Arguments.of(Backbone.TINY, Stem.CONV7, 8, true),
                Arguments.of(Backbone.RESNET18, Stem.DEEP, 16, false),
                Arguments.of(Backbone.RESNET50, Stem.DEEP, 16, true));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyKindOfNetwork(Backbone backbone, Stem stem, int stride, boolean auxiliary) {
        Path weights = TrainedFiles.write(
                folder.resolve("w.safetensors"),
                TrainedFiles.network(backbone, stem, stride, auxiliary),
                PictureInput.RGB);
        try (Segmenter segmenter = Segmenter.open(weights, CPU)) {
            for (ExportFormat format : GRAPHS) {
                assertThat(new Exporter(segmenter).export(format, folder.resolve("model" + format.ending())))
                        .isLessThan(Exporter.TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void otherWeightsAreSeen(ExportFormat format) {
        Path file = folder.resolve("model" + format.ending());
        try (Segmenter segmenter = Segmenter.open(tiny("w.safetensors", Stem.DEEP), CPU);
                Segmenter other = Segmenter.open(tiny("other.safetensors", Stem.CONV7), CPU)) {
            new Exporter(segmenter, TrainedFiles.CARD).export(format, file);
            assertThatThrownBy(() -> new Exporter(other).check(format, file))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(file + " gives other probabilities than the network");
        }
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void aNetworkOfOtherChannelsIsSeen(ExportFormat format) {
        Path file = folder.resolve("model" + format.ending());
        PictureInput single = new PictureInput(
                Channels.of(1), PixelRange.of(List.of(new Window(0, 255))), null, List.of(0.4), List.of(0.2));
        Path grey = TrainedFiles.write(
                folder.resolve("grey.safetensors"), TrainedFiles.network(Backbone.TINY, Stem.DEEP, 16, false), single);
        try (Segmenter segmenter = Segmenter.open(tiny("w.safetensors", Stem.DEEP), CPU);
                Segmenter other = Segmenter.open(grey, CPU)) {
            new Exporter(segmenter, TrainedFiles.CARD).export(format, file);
            assertThatThrownBy(() -> new Exporter(other).check(format, file))
                    .as("a single channel is not taken for three")
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(file + " ");
        }
    }

    @Test
    void accuracyIsThatOfPicturesSeenAsInTraining() {
        Path weights = TrainedFiles.write(
                folder.resolve("w.safetensors"),
                TrainedFiles.network(Backbone.TINY, Stem.DEEP, 16, false),
                new PictureInput(
                        Channels.of(1), PixelRange.of(Rule.PICTURE_PERCENTILE), null, List.of(0.4), List.of(0.2)));
        NetworkSpec trained = NetworkSpec.of(weights).orElseThrow();
        NetworkSpec same = seeing(trained, trained.input(), 1, EvaluationMode.WHOLE);
        ModelCard whole = card(same);
        assertThat(Accuracy.of(whole, same).told()).contains("0.7312");
        PictureInput said = new PictureInput(
                Channels.of(1), PixelRange.of(List.of(new Window(0, 65535))), null, List.of(0.4), List.of(0.2));
        assertThat(Accuracy.of(whole, seeing(trained, said, 0.5, EvaluationMode.WHOLE))
                        .otherwise())
                .containsExactly("data.range", "evaluation.scale");
        NetworkSpec windows = seeing(trained, trained.input(), 1, EvaluationMode.SLIDING);
        assertThat(Accuracy.of(card(windows), same).told())
                .startsWith("Not measured")
                .contains("evaluation.mode")
                .doesNotContain("0.73");
    }

    private static NetworkSpec seeing(NetworkSpec spec, PictureInput input, double scale, EvaluationMode mode) {
        NetworkSpec.Sight sight = new NetworkSpec.Sight(
                OptionalDouble.of(scale),
                Optional.of(mode),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty());
        return new NetworkSpec(spec.network(), spec.classes(), spec.classNames(), spec.palette(), input, sight);
    }

    private static ModelCard card(NetworkSpec trained) {
        Provenance known =
                Provenance.ofRun("cells", "IMAS", 1, Map.of(), "imas", "").after("teacher", 9, 0.7312);
        return new ModelCard(null, null, List.of(), null, known, Optional.of(trained));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5, 0.37, 0.25})
    void tilesGrowAsTheNetworkSeesThemReduced(double scale) {
        TileSides tiles = TileSides.of(scale);
        assertThat(tiles.smallest() * scale).isGreaterThanOrEqualTo(128);
        assertThat(tiles.halo() * scale).isGreaterThanOrEqualTo(32);
        assertThat(tiles.smallest() % tiles.step()).isZero();
        assertThat(tiles.within(tiles.smallest() + tiles.step() + 1)).isEqualTo(tiles.smallest() + tiles.step());
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void aDamagedFileIsSaidToBeDamaged(ExportFormat format) throws IOException {
        Path file = folder.resolve("model" + format.ending());
        try (Segmenter segmenter = Segmenter.open(tiny("w.safetensors", Stem.DEEP), CPU)) {
            new Exporter(segmenter, TrainedFiles.CARD).export(format, file);
            Path model = format.isFolder() ? file.resolve("model.pt") : file;
            try (RandomAccessFile damaged = new RandomAccessFile(model.toFile(), "rw")) {
                damaged.setLength(damaged.length() / 2);
            }
            assertThatThrownBy(() -> new Exporter(segmenter).check(format, file))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(model + " is damaged");
            Files.delete(model);
            assertThatThrownBy(() -> new Exporter(segmenter).check(format, file))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        Path file = folder.resolve("none/model.onnx");
        try (Segmenter segmenter = Segmenter.open(tiny("w.safetensors", Stem.DEEP), CPU)) {
            for (ExportFormat format : ExportFormat.values()) {
                assertThatThrownBy(() -> new Exporter(segmenter, TrainedFiles.CARD).export(format, file))
                        .isInstanceOf(UserException.class)
                        .hasMessage("cannot write " + file + " (the folder " + file.getParent()
                                + " does not exist); name a folder that can be written to and has room");
            }
        }
    }

    /** libtorch ends the process where the disk fills up while it writes. */
    @Test
    void roomIsAskedForBeforeLibtorchWrites() throws IOException {
        Path file = folder.resolve("model.pt");
        try (Segmenter segmenter = Segmenter.open(tiny("w.safetensors", Stem.DEEP), CPU)) {
            new Exporter(segmenter).export(ExportFormat.TORCHSCRIPT, file);
            Model model = new Model(segmenter.network(), segmenter.spec(), ModelInput.of(PictureInput.RGB, 1));
            assertThat(Files.size(file)).isLessThan(TorchScriptFile.size(model, Map.of()));
        }
    }

    @Test
    void aFolderThatCannotBeWrittenWholeIsNotThereAndTheOneBeforeStays() throws IOException {
        Path target = Files.createDirectory(folder.resolve("model-djl"));
        Files.writeString(target.resolve("model.pt"), "before");
        assertThatThrownBy(() -> WorkFolder.replace(target, Set.of("model.pt"), beside -> {
                    Files.writeString(beside.resolve("model.pt"), "half");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(IOException.class);
        assertThat(folder.toFile().list()).containsExactly("model-djl");
        assertThat(target.resolve("model.pt")).hasContent("before");
        WorkFolder.replace(
                target, Set.of("model.pt"), beside -> Files.writeString(beside.resolve("model.pt"), "after"));
        assertThat(target.resolve("model.pt")).hasContent("after");
    }

    @Test
    void aFolderOfOtherFilesIsNoTarget() throws IOException {
        Path target = Files.createDirectory(folder.resolve("model-djl"));
        Files.writeString(target.resolve("thesis.txt"), "years of work");
        try (Segmenter segmenter = Segmenter.open(tiny("w.safetensors", Stem.DEEP), CPU)) {
            assertThatThrownBy(() -> new Exporter(segmenter).export(ExportFormat.DJL, target))
                    .isInstanceOf(UserException.class)
                    .hasMessage(target + " is there and no exported folder; name another");
        }
        assertThat(target.resolve("thesis.txt")).hasContent("years of work");
    }

    private Path tiny(String name, Stem stem) {
        return TrainedFiles.write(
                folder.resolve(name), TrainedFiles.network(Backbone.TINY, stem, 16, false), PictureInput.RGB);
    }
}
