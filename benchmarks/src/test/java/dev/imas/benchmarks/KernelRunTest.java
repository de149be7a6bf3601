package dev.imas.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** One class of three pairs, of which one disagrees and one cannot be called, and then another class. */
class KernelRunTest {
    private static final String PAIR = PretendedBenchmark.class.getName() + " {\"device\":\"cpu\",\"fault\":\"%s\"}";
    private static final String DIFFER =
            "numbers of kernel and composition differ by up to 2.0; 1 elements by more than 0.0";

    @TempDir
    Path dir;

    private KernelFiles files;

    @BeforeEach
    void limits() throws IOException {
        System.setProperty("jmh.ignoreLock", "true"); // beside a measurement on the same machine
        files = new KernelFiles(dir.resolve("kernels"));
        Files.writeString(files.limits(), "{\"copy_gb\": 20.0, \"exponentials_g\": 6.0, \"multiply_adds_g\": 80.0}\n");
        Files.writeString(files.comparisons(), "of an earlier run");
        PretendedBenchmark.WRITTEN.clear();
        PretendedBenchmark.resultsWritten = () -> results().size();
    }

    @AfterEach
    void forget() {
        PretendedBenchmark.resultsWritten = () -> 0;
        System.clearProperty("jmh.ignoreLock");
    }

    @Test
    void pairsThatFailAreToldAndTheOthersMeasured() throws Exception {
        List<String> leftOut = run(PretendedBenchmark.class, ConfusionBenchmark.class);

        assertThat(leftOut)
                .containsExactly(
                        PAIR.formatted("DISAGREES") + ": " + DIFFER,
                        PAIR.formatted("THROWS") + ": it failed; JMH's output says why");
        assertThat(results())
                .extracting(KernelRunTest::name)
                .containsExactly(
                        "PretendedBenchmark.composition NONE",
                        "PretendedBenchmark.kernel THROWS",
                        "PretendedBenchmark.kernel NONE",
                        "ConfusionBenchmark.composition ",
                        "ConfusionBenchmark.kernel ");
        assertThat(Files.readString(files.table()))
                .contains("| confusion | VOC F32 NCHW | ")
                .containsOnlyOnce("\n- " + PAIR.formatted("NONE") + ": 1\n")
                .containsOnlyOnce("Not in the table: " + PAIR.formatted("DISAGREES") + ": " + DIFFER + "\n")
                .containsOnlyOnce("Not in the table: " + PAIR.formatted("THROWS") + ": it failed");
        assertThat(Files.readAllLines(files.comparisons()))
                .extracting(line -> name(tree(line)))
                .containsExactlyInAnyOrder(
                        "PretendedBenchmark.composition DISAGREES",
                        "PretendedBenchmark.kernel DISAGREES",
                        "PretendedBenchmark.composition THROWS",
                        "PretendedBenchmark.composition NONE",
                        "PretendedBenchmark.kernel NONE");
    }

    @Test
    void everyTrialIsWrittenBeforeTheNext() throws Exception {
        run(PretendedBenchmark.class);

        // Composition, then kernel, each with DISAGREES, THROWS and NONE; the kernel of THROWS can be measured.
        assertThat(PretendedBenchmark.WRITTEN).containsExactly(0, 0, 0, 1, 1, 2);
        assertThat(results()).hasSize(3);
    }

    private List<String> run(Class<?>... benchmarks) throws Exception {
        Torch.load();
        String[] options = {
            "-v", "SILENT", "-wi", "0", "-i", "1", "-r", "1ms", "-p", "size=VOC", "-p", "type=F32", "-p", "layout=NCHW"
        };
        Compute cpu = Compute.of("cpu", Precision.FP32);
        return new KernelRun(cpu, files, new CommandLineOptions(options), "a test").run(List.of(benchmarks));
    }

    /** What the file holds now. */
    private List<JsonNode> results() {
        if (!Files.exists(files.results())) {
            return List.of();
        }
        try {
            return List.of(new ObjectMapper().readValue(files.results().toFile(), JsonNode[].class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode tree(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(JsonNode trial) {
        return trial.path("benchmark").asText().replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1") + " "
                + trial.path("params").path("fault").asText();
    }
}
