package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloatTiffTest {
    @TempDir
    Path dir;

    /** Odd sizes; one row and many strips; ordinary TIFF and BigTIFF. */
    @ParameterizedTest
    @CsvSource({"7, 5, 3, false", "7, 5, 3, true", "1, 1, 1, false", "513, 301, 2, false", "513, 301, 2, true"})
    void everyPlaneIsReadBackAsAChannelWithItsName(int width, int height, int planes, boolean big) throws IOException {
        List<String> names =
                List.of("sky", "<cell> & \"wall\"", "Zell\u00fclle").subList(0, planes);
        float[] values = new float[planes * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / (float) values.length;
        }
        Path file = dir.resolve("below/a.ome.tif");
        FloatTiff.write(file, big, width, height, names, values);
        Samples read = ImageFiles.samples(file);
        assertThat(List.of(read.width(), read.height(), read.channels())).containsExactly(width, height, planes);
        assertThat(read.channelNames()).isEqualTo(names);
        for (int c = 0; c < planes; c++) {
            for (int i = 0; i < width * height; i++) {
                assertThat(read.values()[i * planes + c]).isEqualTo(values[c * width * height + i]);
            }
        }
        byte[] bytes = Files.readAllBytes(file);
        assertThat((int) bytes[2]).isEqualTo(big ? 43 : 42);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).contains("Name=\"sky\"");
        assertThat(file.resolveSibling("a.ome.tif.tmp")).doesNotExist();
    }
}
