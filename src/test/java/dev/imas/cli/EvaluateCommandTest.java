package dev.imas.cli;

import static dev.imas.cli.Shell.imas;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.cli.Shell.Result;
import dev.imas.data.MaskFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an evaluation tells and leaves, on generated scenes. */
class EvaluateCommandTest {
    private static final String[] NAMES = {"back", "disc", "<b>ring</b>", "bar", "star, or so", "cross", "wave"};

    @TempDir
    static Path dir;

    private static Path weights;

    @BeforeAll
    static void write() {
        weights = TinyWeights.write(dir.resolve("tiny.safetensors"), 3, NAMES);
    }

    private static Result evaluate(String... more) {
        List<String> line = new ArrayList<>(List.of(
                "evaluate",
                "--weights",
                weights.toString(),
                "--preset",
                "embedded",
                "--device",
                "cpu",
                "--set",
                "data.embedded={images: 4, labeled: 2, validation: 15, size: 32}"));
        line.addAll(List.of(more));
        return imas(line.toArray(String[]::new));
    }

    @Test
    void theFilesTellWhatTheJsonTells() throws IOException {
        Path out = dir.resolve("measured");
        Result result = evaluate("--out", out.toString(), "--json", "--tta", "none");
        assertThat(result.status()).as(result.err()).isZero();
        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(json.get("pictures")).hasSize(15);
        assertThat(json.get("mode").textValue()).isEqualTo("whole");
        assertThat(json.get("scale").doubleValue()).isEqualTo(1);
        assertThat(json.get("tta").textValue()).isEqualTo("none");
        assertThat(json.get("pictures_in_tiles").intValue()).isZero();
        assertThat(json.get("boundary_tolerance").doubleValue()).isEqualTo(2);

        List<String> confusion = Files.readAllLines(out.resolve("confusion.csv"));
        long right = 0;
        long all = 0;
        for (int t = 0; t < NAMES.length; t++) {
            String row = confusion.get(t + 1);
            for (int p = 0; p < NAMES.length; p++) {
                long pixels = json.get("confusion").get(t).get(p).longValue();
                all += pixels;
                right += t == p ? pixels : 0;
                row = row.replaceFirst("," + pixels, "");
            }
            assertThat(row.replace("\"", "")).isEqualTo(NAMES[t]);
        }
        assertThat(all).isEqualTo(15L * 32 * 32);
        assertThat((double) right / all).isCloseTo(json.get("pixel_accuracy").doubleValue(), within(1e-12));
        assertThat(Files.readAllLines(out.resolve("classes.csv"))).hasSize(NAMES.length + 1);
        assertThat(Files.readAllLines(out.resolve("pictures.csv"))).hasSize(16);

        String page = Files.readString(out.resolve("evaluation.html"));
        assertThat(page)
                .contains("The worst 12 of 15", "&lt;b&gt;ring&lt;/b&gt;")
                .doesNotContain("<b>ring", "over the positions of", "in tiles")
                .doesNotContain("http");
        assertThat(page.split("data:image/jpeg", -1)).hasSize(1 + 4 * 12);
    }

    /** Of a picture of 16 pixels a side, which has no room for all seven. */
    @ParameterizedTest
    @CsvSource({"skip, , –", "zero, 0.000000, 0.0 %"})
    void aClassThatOccursNowhereHasTheIouThatTheMeanTakes(String absent, String cell, String told) throws IOException {
        String[] line = {
            "--set",
            "data.embedded={images: 4, labeled: 2, validation: 1, size: 16}",
            "--set",
            "evaluation.absent_classes=" + absent,
            "--out",
            dir.resolve(absent).toString()
        };
        List<String> text = evaluate(line).out().lines().toList();
        List<String> rows = Files.readAllLines(dir.resolve(absent).resolve("classes.csv"));
        JsonNode json = new ObjectMapper()
                .readTree(evaluate(Stream.concat(Stream.of(line), Stream.of("--json"))
                                .toArray(String[]::new))
                        .out());
        int nowhere = 0;
        double sum = 0;
        int counted = 0;
        for (int c = 0; c < NAMES.length; c++) {
            JsonNode figures = json.get("classes").get(c);
            JsonNode iou = figures.get("iou");
            assertThat(json.get("iou").get(NAMES[c])).isEqualTo(iou);
            if (figures.get("true_pixels").asLong()
                            + figures.get("predicted_pixels").asLong()
                    == 0) {
                nowhere++;
                assertThat(iou.isNull()).isEqualTo(cell == null);
                assertThat(rows.get(c + 1)).contains(",0,0," + (cell == null ? "" : cell) + ",");
                assertThat(text.get(c)).endsWith(" " + told);
            }
            sum += iou.asDouble();
            counted += iou.isNull() ? 0 : 1;
        }
        assertThat(nowhere).isPositive();
        assertThat(json.get("miou").doubleValue()).isCloseTo(sum / counted, within(1e-9));
    }

    @Test
    void theTerminalKeepsItsLinesAndGetsMore() {
        Result result =
                evaluate("--tolerance", "1.5", "--out", dir.resolve("again").toString());
        assertThat(result.status()).as(result.err()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines.get(0)).matches("back {17} +\\d+\\.\\d %");
        assertThat(lines.get(7)).matches("mIoU {17} +\\d+\\.\\d %  \\(15 images\\)");
        assertThat(lines.get(10)).matches("mean boundary F1 +\\d+\\.\\d %  \\(within 1\\.5 pixels\\)");
        assertThat(lines.get(11))
                .isEqualTo(dir.resolve("again").resolve("evaluation.html").toString());
    }

    @Test
    void tablesOfSomebodyElseAreKept() throws IOException {
        Path out = Files.createDirectories(dir.resolve("tables"));
        Path table = Files.writeString(out.resolve("classes.csv"), "mine");
        Result result = evaluate("--out", out.toString());
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err()).contains(table.toString(), "evaluation.html");
        assertThat(table).hasContent("mine");
        Path page = Files.writeString(Files.move(table, out.resolve("evaluation.html")), "<title>mine</title>");
        assertThat(evaluate("--out", out.toString()).err()).contains(page.toString(), "not by an earlier evaluation");
        assertThat(page).hasContent("<title>mine</title>");
        Files.delete(page);
        assertThat(evaluate("--out", out.toString()).status()).isZero();
        assertThat(evaluate("--out", out.toString()).status())
                .as("its own are replaced")
                .isZero();
    }

    /** A training refuses such masks, too; background alone is measured. */
    @Test
    void objectsOf255AreNotTakenForIgnored() throws IOException {
        Path data = dir.resolve("photos");
        MaskFolder masks = new MaskFolder(data).grey("a", 0, 255, 0, 0).grey("b", 0, 0, 255, 0);
        String[] line = {"evaluate", "--weights", weights.toString(), "--data", data.toString(), "--val", "val.txt"};
        Files.writeString(data.resolve("val.txt"), "images/a.png masks/a.png\nimages/b.png masks/b.png\n");
        Result refused = imas(line);
        assertThat(refused.status()).isEqualTo(Main.USER_ERROR);
        assertThat(refused.err())
                .contains("all pixels of the validation masks are back or ignored: they hold 0 (", "255 (")
                .contains("if 255 is a class, say which, such as data.labels: {0: 0, 255: 1}");
        masks.grey("a", 0).grey("b", 0);
        assertThat(imas(line).status()).isZero();
    }

    @Test
    void aToleranceThatIsNoneIsRefusedBeforeWork() {
        Result result = evaluate("--tolerance", "wide");
        assertThat(result.status()).isEqualTo(Main.USER_ERROR);
        assertThat(result.err()).isEqualTo("imas: --tolerance is wide; expected a number from 0 to 50\n");
        assertThat(evaluate("--out", weights.toString()).err()).contains("--out: " + weights + " cannot be used");
    }
}
