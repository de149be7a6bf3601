package dev.imas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs hear of a run, and that its last evaluation says what {@code imas evaluate} says. */
class WatchedRunTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] SETTINGS = {
        "--device",
        "cpu",
        "--set",
        "data.embedded={images: 12, labeled: 4, validation: 5, size: 48}",
        "--set",
        "augment.crop=[48, 48]",
        "--set",
        "training.batch_labeled=2",
        "--set",
        "training.batch_unlabeled=2",
        "--set",
        "training.sup_only_epochs=1",
        "--set",
        "evaluation.every_epochs=1",
        "--set",
        "network.aspp=[1, 2, 3]"
    };

    @TempDir
    static Path dir;

    private static Path run;
    private static Result trained;

    @BeforeAll
    static void train() {
        run = dir.resolve("run");
        List<String> line =
                new ArrayList<>(List.of("train", "--log", "json", "--epochs", "2", "--out", run.toString()));
        line.addAll(List.of(SETTINGS));
        trained = Shell.imas(line.toArray(String[]::new));
    }

    private static List<JsonNode> lines(Result result) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : result.out().lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private static List<String> events(Result result) throws IOException {
        return lines(result).stream().map(line -> line.path("event").asText()).toList();
    }

    @Test
    void programsHearOneObjectALineAndNothingElse() throws IOException {
        assertThat(trained.status()).isZero();
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).matches("(?s)\\p{ASCII}*");
        assertThat(Set.copyOf(events(trained)))
                .containsExactlyInAnyOrder(
                        "message", "started", "step", "evaluated", "pseudo_labels", "checkpoint", "finished");
        assertThat(events(trained)).last().isEqualTo("finished");
        assertThat(lines(trained))
                .allSatisfy(line -> assertThat(line.path("time").asText()).endsWith("Z"));
        JsonNode finished = lines(trained).get(lines(trained).size() - 1);
        assertThat(Path.of(finished.path("weights").asText())).isRegularFile();
        assertThat(finished.at("/summary/miou_teacher").isNumber()).isTrue();
        JsonNode step = lines(trained).stream()
                .filter(line -> line.path("event").asText().equals("step"))
                .findFirst()
                .orElseThrow();
        assertThat(step.get("loss_sup").isNumber()).isTrue();
        assertThat(step.get("loss_unsup").isNull()).isTrue(); // NaN is no JSON
    }

    @Test
    void whatIsWrongBeforeTheStartIsALineToo() throws IOException {
        for (String[] wrong : new String[][] {
            {"train", "--log", "json", "--bogus"},
            {"train", "--data", dir.resolve("nowhere").toString(), "--log=json"},
            {"train", "--set", "training.epochs=-1", "--log", "json"}
        }) {
            Result result = Shell.imas(wrong);
            assertThat(result.status()).isEqualTo(2);
            assertThat(result.err()).isEmpty();
            JsonNode last = lines(result).get(lines(result).size() - 1);
            assertThat(last.path("event").asText()).isEqualTo("failed");
            assertThat(last.path("status").asInt()).isEqualTo(2);
            assertThat(last.path("message").asText()).isNotBlank().doesNotContain("Exception");
        }
        assertThat(Shell.imas("train", "--log", "xml").err()).contains("--log is xml; expected text or json");
    }

    /** Pixel for pixel: the run's last look at its result is the evaluation of its weight file. */
    @Test
    void theRunsTablesAreThoseOfEvaluate() throws IOException {
        Path measured = dir.resolve("measured");
        Result result =
                Shell.imas("evaluate", "--weights", run.toString(), "--out", measured.toString(), "--device", "cpu");
        assertThat(result.status()).isZero();
        for (String table : List.of("confusion.csv", "pictures.csv")) {
            assertThat(run.resolve(table)).hasSameTextualContentAs(measured.resolve(table));
        }
        String page = Files.readString(run.resolve("report.html"));
        String evaluation = Files.readString(measured.resolve("evaluation.html"));
        for (String section : List.of("confusion", "worst")) {
            assertThat(section(page, section))
                    .isEqualTo(section(evaluation, section))
                    .contains("<h2>");
        }
    }

    private static String section(String page, String id) {
        int from = page.indexOf("<section id=\"" + id + "\">");
        return from < 0 ? "" : page.substring(from, page.indexOf("</section>", from));
    }
}
