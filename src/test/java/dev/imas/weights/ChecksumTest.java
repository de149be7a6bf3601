package dev.imas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.device.Torch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksumTest {
    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        Torch.load();
    }

    private static Tensor ones(ScalarType type, long... shape) {
        return torch.ones(shape, new TensorOptions(type));
    }

    private Path saved(Map<String, Tensor> tensors) {
        Path file = folder.resolve("a.safetensors");
        WeightFiles.save(tensors, file, Map.of("a", "b"));
        return file;
    }

    @Test
    void aFileThatAnotherProgramWroteAgainNeedsAnotherChecksumOrNone() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Path file = saved(Map.of("x", ones(ScalarType.Float, 3)));
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);

            String spaced = text.replace("\"" + Checksum.KEY + "\":\"", "\"" + Checksum.KEY + "\": \"");
            byte[] longer = spaced.getBytes(StandardCharsets.ISO_8859_1);
            longer[0]++;
            Files.write(file, longer);
            assertThatThrownBy(() -> WeightFiles.read(file))
                    .isInstanceOf(UserException.class)
                    .hasMessage(file + " was damaged or changed after it had been written: its contents do not match"
                            + " its checksum; copy it again from where it came from (a program that changes it on"
                            + " purpose leaves imas.crc32c out of the metadata)");

            Files.write(file, text.replace(Checksum.KEY, "other.crc32").getBytes(StandardCharsets.ISO_8859_1));
            assertThat(WeightFiles.read(file)).containsOnlyKeys("x");
            Map<String, String> asRead = WeightFiles.metadata(file);
            assertThat(asRead).containsKey("other.crc32").containsEntry("a", "b");

            WeightFiles.save(WeightFiles.read(file), file, Map.of(Checksum.KEY, "of another file"));
            assertThat(WeightFiles.read(file)).containsOnlyKeys("x");
        }
    }

    /** The data lie in another order than the header names them, and one tensor has none. */
    @Test
    void holdsInWhateverPiecesTheFileIsMapped() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("narrow", ones(ScalarType.Half, 5));
            tensors.put("none", ones(ScalarType.Float, 0));
            tensors.put("wide", ones(ScalarType.Double, 3));
            Path file = saved(tensors);
            byte[] whole = Files.readAllBytes(file);
            for (int longest = 24; longest < 40; longest++) {
                try (SafetensorsFile read = SafetensorsFile.read(file, longest)) {
                    assertThatCode(read::requireIntact).doesNotThrowAnyException();
                    assertThatCode(read::requireIntact).as("asked again").doesNotThrowAnyException();
                }
            }
            whole[whole.length - 1] ^= 1;
            Files.write(file, whole);
            for (int longest = 24; longest < 40; longest++) {
                try (SafetensorsFile read = SafetensorsFile.read(file, longest)) {
                    assertThatThrownBy(read::requireIntact).hasMessageContaining("was damaged or changed");
                }
            }
        }
    }
}
