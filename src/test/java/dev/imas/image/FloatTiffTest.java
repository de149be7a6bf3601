package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloatTiffTest {
    @TempDir
    Path dir;

    /** As scikit-image and napari save them; classes are asked for as bytes. */
    @Test
    void numbersOfObjectsMayBeFloats() {
        Path file = dir.resolve("objects.tif");
        FloatTiff.write(file, false, 2, 2, List.of("objects"), new float[] {0, 3, 3, 70000});
        assertThat(ImageFiles.storedInstances(file, null).values()).containsExactly(0, 3, 3, 70000);
        assertThatThrownBy(() -> ImageFiles.storedMask(file))
                .hasMessageContaining("a mask of classes has 1 to 16 unsigned bits")
                .hasMessageEndingWith("if every object has a number of its own, set data.instances");
        for (float wrong : new float[] {0.5f, -1, Float.NaN}) {
            FloatTiff.write(file, false, 2, 2, List.of("objects"), new float[] {0, 3, wrong, 1});
            assertThatThrownBy(() -> ImageFiles.storedInstances(file, null))
                    .hasMessageContaining(
                            "holds the number " + (wrong == -1 ? "-1" : String.valueOf(wrong)) + "; numbers");
        }
    }

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
