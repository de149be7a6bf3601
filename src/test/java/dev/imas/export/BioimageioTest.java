package dev.imas.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.imas.common.Sha256;
import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.ImasConfig.Backbone;
import dev.imas.config.ImasConfig.Stem;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.config.PixelRange.Rule;
import dev.imas.image.ImageFiles;
import dev.imas.image.RgbImage;
import dev.imas.predict.Segmenter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** Packages say what bioimage.io's description asks for, and what they hold gives what they say. */
class BioimageioTest {
    private static final Segmenter.Options CPU =
            Segmenter.Options.defaults().device("cpu").set("precision", "fp32");
    private static final String TERMS = "Do as you like, and say whose it is.";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void file() {
        file = folder.resolve("model.zip");
    }

    static Stream<PictureInput> inputs() {
        return Stream.of(PictureInput.RGB, TrainedFiles.CHANNELS);
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void thePackageIsAsItsDescriptionSays(PictureInput input) throws IOException, OrtException {
        ModelCard card = TrainedFiles.CARD.named("Cells under glass", null).licensed("CC-BY-4.0", TERMS);
        try (Segmenter segmenter = segmenter(input)) {
            new Exporter(segmenter, card).export(ExportFormat.BIOIMAGEIO, file);
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("w.safetensors", "model.zip");
        Path parts = unzipped();
        JsonNode description = JSON.valueToTree(new Yaml().load(Files.readString(parts.resolve("rdf.yaml"))));
        assertThat(schema().validate(description)).isEmpty();
        assertThat(description.at("/name").asText()).isEqualTo("Cells under glass");
        assertThat(description.at("/config/imas/imas.license").asText()).isEqualTo("CC-BY-4.0");
        assertThat(description.toString()).doesNotContain(TERMS);
        requireChecksums(parts, description);
        requireSizes(parts, description);
        assertThat(Files.readString(
                        parts.resolve(description.at("/documentation").asText())))
                .contains("## Validation", "| 1 | cell |");
        RgbImage cover = (RgbImage) ImageFiles.picture(parts.resolve("cover.png"));
        assertThat(cover.width()).isEqualTo(2 * cover.height());
        assertThat(onnx(parts).difference(NpyArray.read(parts.resolve("test_output.npy"))))
                .isLessThan(1e-4);
    }

    private static JsonSchema schema() throws IOException {
        try (InputStream facts = BioimageioTest.class.getResourceAsStream("/bioimageio/model-0.5.json")) {
            return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(JSON.readTree(facts));
        }
    }

    private static void requireChecksums(Path parts, JsonNode description) throws IOException {
        List<JsonNode> files = new ArrayList<>(description.findParents("sha256"));
        assertThat(files).hasSize(5); // two arrays, two models, the terms
        for (JsonNode described : files) {
            assertThat(Sha256.of(parts.resolve(described.get("source").asText())))
                    .isEqualTo(described.get("sha256").asText());
        }
    }

    /** Arrays are as large as the axes say, and tiles larger than what is cut off them. */
    private static void requireSizes(Path parts, JsonNode description) throws IOException {
        JsonNode taken = description.at("/inputs/0/axes");
        JsonNode given = description.at("/outputs/0/axes");
        long[] input = NpyArray.read(parts.resolve("test_input.npy")).shape();
        long[] output = NpyArray.read(parts.resolve("test_output.npy")).shape();
        assertThat(input[1]).isEqualTo(taken.at("/1/channel_names").size());
        assertThat(output[1]).isEqualTo(given.at("/1/channel_names").size());
        assertThat(taken.findValuesAsText("id")).containsExactly("y", "x");
        assertThat(given.findValuesAsText("id")).containsExactly("y", "x");
        for (int axis = 2; axis < 4; axis++) {
            int smallest = taken.get(axis).at("/size/min").asInt();
            assertThat(input[axis]).isGreaterThanOrEqualTo(smallest).isEqualTo(output[axis]);
            assertThat((input[axis] - smallest)
                            % taken.get(axis).at("/size/step").asInt())
                    .isZero();
            assertThat(smallest - 2 * given.get(axis).at("/halo").asInt()).isPositive();
            assertThat(given.get(axis).at("/size/tensor_id").asText())
                    .isEqualTo(description.at("/inputs/0/id").asText());
            assertThat(given.get(axis).at("/size/axis_id").asText())
                    .isEqualTo(taken.get(axis).at("/id").asText());
        }
        assertThat(input[2]).as("height and width that are mixed up are seen").isNotEqualTo(input[3]);
    }

    private static NpyArray onnx(Path parts) throws IOException, OrtException {
        NpyArray pictures = NpyArray.read(parts.resolve("test_input.npy"));
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session =
                        environment.createSession(parts.resolve("model.onnx").toString());
                OnnxTensor given =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(pictures.values()), pictures.shape());
                OrtSession.Result result = session.run(Map.of(OnnxGraph.PICTURES, given))) {
            OnnxTensor found = (OnnxTensor) result.get(0);
            float[] values = new float[found.getFloatBuffer().remaining()];
            found.getFloatBuffer().get(values);
            return new NpyArray(found.getInfo().getShape(), values);
        }
    }

    @Test
    void equalModelsMakeEqualPackages() throws IOException {
        try (Segmenter segmenter = segmenter(PictureInput.RGB)) {
            Exporter exporter = new Exporter(segmenter, TrainedFiles.CARD);
            exporter.export(ExportFormat.BIOIMAGEIO, file);
            Path first = Files.move(file, folder.resolve("first.zip"));
            exporter.export(ExportFormat.BIOIMAGEIO, file);
            assertThat(Files.mismatch(first, file)).isEqualTo(-1);
        }
    }

    @Test
    void whoAndOnWhichTermsIsAskedFor() {
        try (Segmenter segmenter = segmenter(PictureInput.RGB)) {
            assertThatThrownBy(() -> new Exporter(segmenter).export(ExportFormat.BIOIMAGEIO, file))
                    .isInstanceOf(UserException.class)
                    .hasMessageEndingWith("name an author (--author 'Ada Lovelace') and a licence by its SPDX name"
                            + " (--license CC-BY-4.0)");
            ModelCard words = TrainedFiles.CARD.licensed("ask the lab", null);
            assertThatThrownBy(() -> new Exporter(segmenter, words).export(ExportFormat.BIOIMAGEIO, file))
                    .hasMessageContaining("name a licence by its SPDX name (--license CC-BY-4.0): found ask the lab,"
                            + " expected one of CC0-1.0, ");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aRangeThatIsEachFilesOwnIsAskedForAndTakenFromASetting() {
        PictureInput input =
                new PictureInput(Channels.of(2), PixelRange.of(Rule.FILE), null, List.of(0.4, 0.3), List.of(0.2, 0.25));
        try (Segmenter segmenter = segmenter(input)) {
            assertThatThrownBy(() -> new Exporter(segmenter, TrainedFiles.CARD).export(ExportFormat.BIOIMAGEIO, file))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("data.range is file")
                    .hasMessageContaining("--set data.range=[[0,65535]]");
        }
        assertThat(file).doesNotExist();
        Segmenter.Options said = CPU.set("data.range=[[0,65535]]");
        try (Segmenter segmenter = Segmenter.open(folder.resolve("w.safetensors"), said)) {
            assertThat(new Exporter(segmenter, TrainedFiles.CARD).export(ExportFormat.BIOIMAGEIO, file))
                    .isLessThan(Exporter.TOLERANCE);
        }
    }

    @Test
    void aChangedFileInsideIsSeen() throws IOException {
        try (Segmenter segmenter = segmenter(PictureInput.RGB)) {
            Exporter exporter = new Exporter(segmenter, TrainedFiles.CARD);
            exporter.export(ExportFormat.BIOIMAGEIO, file);
            try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), Map.of())) {
                Files.copy(
                        zip.getPath("test_input.npy"),
                        zip.getPath("test_output.npy"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            assertThatThrownBy(() -> exporter.check(ExportFormat.BIOIMAGEIO, file))
                    .isInstanceOf(UserException.class)
                    .hasMessage(file + " is damaged: test_output.npy is not the file that rdf.yaml describes;"
                            + " export it anew");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a: &a [*a]", "- 1"})
    void anotherDescriptionIsNoPackage(String description) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("rdf.yaml"));
            zip.write(description.getBytes(StandardCharsets.UTF_8));
        }
        try (Segmenter segmenter = segmenter(PictureInput.RGB)) {
            assertThatThrownBy(() -> new Exporter(segmenter).check(ExportFormat.BIOIMAGEIO, file))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(file + " is no package that this program exported");
        }
    }

    @Test
    void otherPeoplesTextsAreShownAsTheyStand() {
        assertThat(Markdown.escaped("a|b <i> *c*\n_d_ `e` \\")).isEqualTo("a\\|b \\<i\\> \\*c\\* \\_d\\_ \\`e\\` \\\\");
    }

    @Test
    void namesBecomeOnesThatChannelsMayHave() {
        assertThat(PythonNames.of(List.of("cell", "fat cells", "fat-cells", "2nd", "class", "ü")))
                .containsExactly("cell", "fat_cells", "fat_cells_2", "_2nd", "_class", "class_5");
    }

    @Test
    void authorsAreReadAsTheyAreWritten() {
        assertThat(Author.parse("Ada Lovelace")).contains(new Author("Ada Lovelace", null, null));
        assertThat(Author.parse("Ada Lovelace; @ada")).contains(new Author("Ada Lovelace", null, "ada"));
        assertThat(Author.parse(" Ada ;Royal Society; @ada-l")).contains(new Author("Ada", "Royal Society", "ada-l"));
        for (String other : List.of("", " ; Royal Society", "a/b", "Ada; B; C", "@ada", "Ada; @-")) {
            assertThat(Author.parse(other)).as(other).isEmpty();
        }
    }

    private Segmenter segmenter(PictureInput input) {
        return Segmenter.open(
                TrainedFiles.write(
                        folder.resolve("w.safetensors"),
                        TrainedFiles.network(Backbone.TINY, Stem.DEEP, 16, false),
                        input),
                CPU);
    }

    private Path unzipped() throws IOException {
        Path parts = Files.createDirectory(folder.resolve("parts"));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(e -> (ZipEntry) e)::iterator) {
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, parts.resolve(entry.getName()));
                }
            }
        }
        return parts;
    }
}
