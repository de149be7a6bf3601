package dev.imas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are longer than one mapping, such as a checkpoint of DINOv2's large encoder. */
class LargeSafetensorsTest {
    @TempDir
    Path folder;

    private Path file(String header, long dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("large.safetensors");
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            out.write(json);
            out.setLength(8 + json.length + dataBytes); // with a hole, which takes no room
        }
        return file;
    }

    private static String entry(String name, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + (end - begin) + "],\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    @Test
    void beyondFourGigabytes() throws IOException {
        long giga = 1 << 30;
        String header = "{" + entry("d", 3 * giga, 4 * giga + 5) + "," + entry("a", 0, giga) + ","
                + entry("b", giga, 2 * giga) + "," + entry("none", 2 * giga, 2 * giga) + ","
                + entry("c", 2 * giga, 3 * giga) + "}";
        Path file = file(header, 4 * giga + 5);
        long start = 8 + header.length();
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            for (int i = 0; i < 4; i++) {
                out.seek(start + i * giga);
                out.write(10 + i);
            }
            out.seek(start + 4 * giga + 4);
            out.write(20);
        }
        try (SafetensorsFile read = SafetensorsFile.read(file)) {
            assertThat(read.get("a").data().get(0)).isEqualTo((byte) 10);
            assertThat(read.get("b").data().get(0)).isEqualTo((byte) 11);
            assertThat(read.get("c").data().get(0)).isEqualTo((byte) 12);
            assertThat(read.get("d").data().get(0)).isEqualTo((byte) 13);
            assertThat(read.get("d").data().get((int) giga + 4)).isEqualTo((byte) 20);
            assertThat(read.get("none").data().remaining()).isZero();
        }
    }

    @Test
    void everyPartIsReadAtWhateverLengthOfMappings() throws IOException {
        Path file = file("{" + entry("a", 0, 3) + "," + entry("b", 3, 7) + "," + entry("c", 7, 9) + "}", 0);
        Files.write(file, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, StandardOpenOption.APPEND);
        for (int longest = 4; longest < 12; longest++) {
            try (SafetensorsFile read = SafetensorsFile.read(file, longest)) {
                assertThat(read.get("a").bytes()).containsExactly(1, 2, 3);
                assertThat(read.get("b").bytes()).containsExactly(4, 5, 6, 7);
                assertThat(read.get("c").bytes()).containsExactly(8, 9);
            }
        }
        assertThatThrownBy(() -> SafetensorsFile.read(file, 3))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " holds a tensor of 4 bytes, b; up to 3 are read");
    }
}
