package dev.imas.verify.groups;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.imas.ChildJvm;
import dev.imas.device.Torch;
import dev.imas.verify.engine.GoldenData;
import dev.imas.verify.engine.GroupRunner;
import dev.imas.verify.memory.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The replay gives the same numbers, to the last bit, however many threads the environment grants. With the published
 * network: a smaller one's matrices are too small for OpenBLAS to share among threads.
 */
class TrainingThreadsTest {
    @TempDir
    private Path root;

    @Test
    void theEnvironmentsThreadsDoNotMatter() throws IOException, InterruptedException {
        GoldenData builtIn = GoldenData.builtIn();
        Files.createDirectory(root.resolve("09_training"));
        Files.copy(builtIn.file("09_training/voc.safetensors"), root.resolve("09_training/voc.safetensors"));
        ObjectNode run = (ObjectNode) builtIn.json("09_training/voc.json");
        JsonNode first = run.get("steps").get(0);
        run.putArray("steps").add(first);
        new ObjectMapper().writeValue(root.resolve("09_training/voc.json").toFile(), run);

        String one = checks(1);
        assertThat(one)
                .contains(
                        "voc.step0.sup_loss",
                        "voc.step0.student_moved_l2.encoder.conv1.0.weight",
                        "voc.final.teacher.eval_lowres")
                .doesNotContain("NaN");
        assertThat(checks(2)).isEqualTo(one);
    }

    /**
     * Names and errors of all checks; those of the end fail, since the run ends after its first step, by the same
     * amount.
     */
    private String checks(int threads) throws IOException, InterruptedException {
        ChildJvm.Result result = ChildJvm.run(
                ChildJvm.classPath(),
                Map.of(
                        "OMP_NUM_THREADS",
                        String.valueOf(threads),
                        "OPENBLAS_NUM_THREADS",
                        String.valueOf(threads),
                        "OMP_WAIT_POLICY",
                        "PASSIVE"),
                Errors.class,
                root.toString());
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output()).contains("libtorch has " + threads + " threads before and after\n");
        return result.output().lines().filter(line -> line.startsWith("check ")).reduce("", (a, b) -> a + b + "\n");
    }

    /** The child. */
    static final class Errors {
        private Errors() {}

        public static void main(String[] arguments) {
            Torch.load();
            int before = torch.get_num_threads();
            GroupRunner.run(
                    new TrainingGolden(Place.CPU),
                    new GoldenData(Path.of(arguments[0])),
                    check -> System.out.println("check " + check.name() + " " + Double.toHexString(check.error())));
            int after = torch.get_num_threads();
            System.out.println("libtorch has "
                    + (before == after
                            ? before + " threads before and after"
                            : before + " threads before, " + after + " after"));
        }
    }
}
