package dev.imas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that no honest program writes. */
class SafetensorsHeaderTest {
    @TempDir
    Path folder;

    private Path file(String header, int dataBytes) throws IOException {
        return file(header.length(), header, dataBytes);
    }

    private Path file(long length, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(length).put(json);
        return Files.write(folder.resolve("a.safetensors"), bytes.array());
    }

    private static String tensor(String name, String shape, String offsets) {
        return "\"" + name + "\": {\"dtype\": \"F32\", \"shape\": " + shape + ", \"data_offsets\": " + offsets + "}";
    }

    private static void refused(Path file, String part) {
        assertThatThrownBy(() -> {
                    try (PointerScope scope = new PointerScope()) {
                        WeightFiles.read(file);
                    }
                })
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + " is not a usable safetensors file: ")
                .hasMessageContaining(part)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[0, 4611686018427387904] | [0, 0]                    | beyond measure",
                "[4611686018427387904, 0] | [0, 0]                    | beyond measure",
                "[0, 9223372036854775807] | [0, 0]                    | beyond measure",
                "[18446744073709551616]   | [0, 0]                    | the number 18446744073709551616 in its shape",
                "[2]                      | [0, 18446744073709551624] | the number 18446744073709551624 in its shape",
                "[1.5]                    | [0, 8]                    | the number 1.5 in its shape",
                "[-2]                     | [0, 8]                    | the number -2 in its shape",
                "[\"2\"]                  | [0, 8]                    | the number 2 in its shape",
                "[2]                      | [8, 0]                    | spans bytes 8 to 0, its shape needs 8",
                "[2]                      | [0, 4]                    | spans bytes 0 to 4, its shape needs 8",
                "[2]                      | [0]                       | lacks shape or data_offsets",
                "[2]                      | [0, 8, 8]                 | has a list of more than 2 numbers",
                "{}                       | [0, 8]                    | has no list of numbers",
                "[2]                      | [4, 12]                   | where byte 0 is the next",
                "[4]                      | [0, 16]                   | spans bytes 0 to 16 of 8",
                "[1]                      | [0, 4]                    | take 4 bytes, it holds 8"
            })
    void shapesAndPlacesMustMakeSense(String shape, String offsets, String part) throws IOException {
        refused(file("{" + tensor("a", shape, offsets) + "}", 8), part);
    }

    @Test
    void tensorsLieSideBySide() throws IOException {
        String gapAndOverlap = "{" + tensor("a", "[2]", "[0, 8]") + ", " + tensor("b", "[2]", "[0, 8]") + "}";
        refused(file(gapAndOverlap, 16), "entry b spans bytes 0 to 8 of 16, where byte 8 is the next");
        refused(
                file("{" + tensor("a", "[2]", "[0, 8]") + ", " + tensor("a", "[2]", "[8, 16]") + "}", 16),
                "names the tensor a twice");
    }

    @Test
    void emptyTensorsMayLieAnywhereBetweenOthers() throws IOException {
        String header = "{" + tensor("b", "[1]", "[4, 8]") + ", " + tensor("none", "[0, 1099511627776]", "[4, 4]")
                + ", " + tensor("a", "[1]", "[0, 4]") + "}";
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> read = WeightFiles.read(file(header, 8));
            assertThat(read.keySet()).containsExactly("b", "none", "a");
            assertThat(read.get("none").shape()).containsExactly(0, 1L << 40);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 1000, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE})
    void aHeaderIsAsLongAsTheFileAtMost(long length) throws IOException {
        refused(file(length, "{" + tensor("a", "[2]", "[0, 8]") + "}", 8), "its header length is " + length);
    }

    @Test
    void aHeaderOfMegabytesIsRefusedUnread() throws IOException {
        refused(file("{" + " ".repeat(33 << 20) + "}", 0), "its header length is ");
    }

    @Test
    void whatIsNoHeaderIsRefused() throws IOException {
        refused(file("{\"a\":".repeat(5000), 0), "its header is not JSON");
        refused(file("{" + tensor("a", "[" + "1,".repeat(100) + "2]", "[0, 8]") + "}", 8), "more than 64 numbers");
        refused(file("{} {}", 0), "goes on behind its JSON object");
        refused(file("{\"a\": 7}", 0), "entry a is no tensor");
    }

    @Test
    void namesThatSteerATerminalDoNotReachOne() throws IOException {
        refused(file("{" + tensor("\\u001b[2J", "[3]", "[0, 8]") + "}", 8), "entry ?[2J spans bytes");
    }

    @Test
    void textsOfTheMetadataAreKept() throws IOException {
        String header = "{\"__metadata__\": {\"a\": \"b\", \"n\": 7, \"deep\": {\"x\": []}}, "
                + tensor("a", "[2]", "[0, 8]") + "}   ";
        assertThat(SafetensorsFile.read(file(header, 8)).metadata()).isEqualTo(Map.of("a", "b", "n", "7"));
        byte[] cut = Arrays.copyOf(Files.readAllBytes(folder.resolve("a.safetensors")), 20);
        refused(Files.write(folder.resolve("b.safetensors"), cut), "its header length is");
    }
}
