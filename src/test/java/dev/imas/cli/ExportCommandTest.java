package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.cli.Shell.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an export may replace. */
class ExportCommandTest {
    private static final String DESCRIPTION = "rdf.yaml";

    @TempDir
    static Path shared;

    private static Path weights;

    @TempDir
    Path dir;

    @BeforeAll
    static void writeWeights() {
        weights = TinyWeights.write(shared.resolve("one.safetensors"), 3, "background", "cell");
    }

    private static Result export(Path to, String format) {
        boolean bioimageio = format.equals("bioimageio");
        return bioimageio
                ? imas(
                        "export",
                        "--weights",
                        weights.toString(),
                        "--to",
                        to.toString(),
                        "--license",
                        "CC-BY-4.0",
                        "--author",
                        "Ada Lovelace")
                : imas("export", "--weights", weights.toString(), "--to", to.toString(), "--format", format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"torchscript cells.pt", "onnx cells.onnx", "bioimageio cells.zip", "djl cells-djl"})
    void anExportIsReplacedByTheNext(String called) throws IOException {
        String format = called.split(" ")[0];
        Path file = dir.resolve(called.split(" ")[1]);
        Result first = export(file, format);
        assertThat(first.status()).as(first.err()).isZero();
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        Result second = export(file, format);
        assertThat(second.status()).as(second.err()).isZero();
        assertThat(Files.getLastModifiedTime(file)).isGreaterThan(FileTime.fromMillis(0));
    }

    /** Under another name than its format's, and where the name was reserved. */
    @Test
    void anExportIsKnownByWhatItHoldsAndNothingIsLostWithAnEmptyFile() throws IOException {
        Path file = Files.createFile(dir.resolve("model"));
        assertThat(export(file, "onnx").status()).isZero();
        assertThat(export(file, "onnx").status()).isZero();
        assertThat(export(file, "torchscript").err())
                .contains("--to: " + file + " is there and no torchscript export of this program");
    }

    @ParameterizedTest
    @ValueSource(strings = {"torchscript resnet50.pt", "onnx resnet50.onnx", "bioimageio cells.zip"})
    void filesOfOthersStay(String called) throws IOException {
        String format = called.split(" ")[0];
        Path file = dir.resolve(called.split(" ")[1]);
        Files.writeString(file, "not even of the format");
        requireKept(file, format);
        zip(file, "images/a.png", "years of work");
        requireKept(file, format);
    }

    @Test
    void packagesOfOthersAndOursWithFilesOfOthersStay() throws IOException {
        Path file = dir.resolve("cells.zip");
        zip(file, DESCRIPTION, "type: model\nname: another");
        requireKept(file, "bioimageio");
        zip(file, DESCRIPTION, "config: {imas: {imas.model_input: float32}}", "notes.txt", "years of work");
        requireKept(file, "bioimageio");
    }

    @Test
    void aFolderOfAnothersModelStays() throws IOException {
        Path folder = Files.createDirectory(dir.resolve("cells-djl"));
        zip(folder.resolve("model.pt"), "model/data.pkl", "years of work");
        Files.writeString(folder.resolve("synset.txt"), "cat");
        Result refused = export(folder, "djl");
        assertThat(refused.status()).isEqualTo(Main.USER_ERROR);
        assertThat(refused.err()).contains("--to: " + folder + " is there and no djl export of this program");
        assertThat(folder.resolve("synset.txt")).hasContent("cat");
    }

    private static void requireKept(Path file, String format) throws IOException {
        byte[] before = Files.readAllBytes(file);
        Result refused = export(file, format);
        assertThat(refused.status()).isEqualTo(Main.USER_ERROR);
        assertThat(refused.err())
                .contains("--to: " + file + " is there and no " + format
                        + " export of this program; name another, or move it away first");
        assertThat(file).hasBinaryContent(before);
    }

    /** Names and texts of the files in it, in turn. */
    private static void zip(Path file, String... parts) {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < parts.length; i += 2) {
                zip.putNextEntry(new ZipEntry(parts[i]));
                zip.write(parts[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
