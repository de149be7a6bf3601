package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.config.ImasConfig;
import dev.imas.semi.Configs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two runs in one JVM at once, as in an application with several projects open. */
class TwoTrainersTest {
    private static final List<String> SAME =
            List.of("student.safetensors", "teacher.safetensors", "hardness.csv", "class_iou.csv");

    private static final TrainListener SILENT = new TrainListener() {};

    @TempDir
    Path folder;

    @Test
    void eachTrainsAsItWouldAlone() throws Exception {
        ImasConfig first = Configs.tiny();
        ImasConfig second = first.withSeed(first.seed() + 1);
        ExecutorService both = Executors.newFixedThreadPool(2);
        Future<?> one = both.submit(() -> Trainer.run(first, folder.resolve("first"), false, SILENT));
        Future<?> other = both.submit(() -> Trainer.run(second, folder.resolve("second"), false, SILENT));
        one.get();
        other.get();
        both.shutdown();
        Trainer.run(first, folder.resolve("first-alone"), false, SILENT);
        Trainer.run(second, folder.resolve("second-alone"), false, SILENT);
        for (String run : List.of("first", "second")) {
            for (String name : SAME) {
                assertThat(bytes(run, name)).as(run + "/" + name).isEqualTo(bytes(run + "-alone", name));
            }
        }
        assertThat(bytes("first", SAME.get(0))).isNotEqualTo(bytes("second", SAME.get(0)));
    }

    private byte[] bytes(String run, String name) throws IOException {
        return Files.readAllBytes(folder.resolve(run).resolve(name));
    }
}
