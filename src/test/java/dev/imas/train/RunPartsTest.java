package dev.imas.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Precision;
import dev.imas.data.Dataset;
import dev.imas.device.Compute;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import dev.imas.run.RunDirectory;
import dev.imas.semi.Configs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run works with: closed with the run, and when it does not come to one. */
class RunPartsTest {
    private static final ImasConfig CONFIG = Configs.tiny();
    private static final Compute CPU = new Compute("cpu", Precision.FP32, true);

    @TempDir
    Path folder;

    private RunParts make() throws IOException {
        Torch.load();
        return new RunParts(
                CONFIG,
                new RunDirectory(folder),
                Dataset.open(CONFIG),
                CPU,
                new TrainListener() {},
                Optional.empty(),
                Optional.empty(),
                Ranks.ALONE);
    }

    /** Files of the folder that this process holds open. */
    private List<String> openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .flatMap(RunPartsTest::target)
                    .filter(file -> file.startsWith(folder.toString()))
                    .toList();
        }
    }

    private static Stream<String> target(Path descriptor) {
        try {
            return Stream.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            return Stream.empty(); // closed in the meantime
        }
    }

    @Test
    void closesNetworksAndFiles() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            RunParts parts = make();
            assertThat(openFiles()).hasSize(2);
            assertThat(parts.models.student.state()).isNotEmpty();
            parts.close();
            assertThat(openFiles()).isEmpty();
            assertThat(parts.models.student.state()).isEmpty();
            assertThat(parts.models.teacher.network().state()).isEmpty();
        }
    }

    @Test
    void closesWhatWasOpenedWhenSomethingFails() throws IOException {
        Files.createDirectory(folder.resolve("hardness.csv"));
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(this::make).isInstanceOf(IOException.class);
        }
        assertThat(folder.resolve("metrics.csv")).exists();
        assertThat(openFiles()).isEmpty();
    }
}
