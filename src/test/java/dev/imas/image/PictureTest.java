package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureTest {
    private static final List<Integer> PALETTE = List.of(0x000000, 0x800000, 0x008000);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1,1", "256,1", "1,7", "33,17", "127,65"})
    void indexPngKeepsEveryIndex(int width, int height) throws IOException {
        byte[] labels = new byte[width * height];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) i;
        }
        Path file = folder.resolve("new/labels.png");
        IndexPng.write(file, new LabelMap(width, height, labels), PALETTE);

        BufferedImage read = ImageIO.read(file.toFile());
        assertThat(read.getRaster().getNumBands()).isEqualTo(1);
        assertThat(read.getSampleModel().getSampleSize(0)).isEqualTo(8);
        int[] values = read.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
        assertThat(values)
                .isEqualTo(IntStream.range(0, labels.length).map(i -> i & 255).toArray());
    }

    @Test
    void indexPngCarriesThePaletteAndVoid() throws IOException {
        Path file = folder.resolve("labels.png");
        IndexPng.write(file, new LabelMap(2, 2, new byte[] {0, 1, 2, (byte) 255}), PALETTE);
        // Bytes 24 and 25 of a PNG: bit depth 8, colour type 3 (palette).
        assertThat(Files.readAllBytes(file)[24]).isEqualTo((byte) 8);
        assertThat(Files.readAllBytes(file)[25]).isEqualTo((byte) 3);
        BufferedImage read = ImageIO.read(file.toFile());
        assertThat(read.getColorModel()).isInstanceOf(IndexColorModel.class);
        assertThat(new int[] {read.getRGB(0, 0), read.getRGB(1, 0), read.getRGB(0, 1), read.getRGB(1, 1)})
                .containsExactly(0xFF000000, 0xFF800000, 0xFF008000, 0xFF000000 | IndexPng.VOID_COLOR);
    }

    /** A palette of plain grey levels tempts an encoder to write a greyscale file; the values must survive that. */
    @Test
    void indexPngKeepsIndicesUnderAGreyPalette() throws IOException {
        List<Integer> greys =
                IntStream.range(0, 255).map(i -> i * 0x010101).boxed().toList();
        Path file = folder.resolve("grey.png");
        IndexPng.write(file, new LabelMap(3, 1, new byte[] {3, (byte) 200, (byte) 255}), greys);
        assertThat(ImageIO.read(file.toFile()).getRaster().getSamples(0, 0, 3, 1, 0, (int[]) null))
                .containsExactly(3, 200, 255);
    }

    @Test
    void rgbPngKeepsEveryValue() throws IOException {
        int width = 37;
        int height = 23;
        byte[] rgb = new byte[width * height * 3];
        Rng rng = Rng.of(5, "picture");
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) rng.integer(0, 256);
        }
        Path file = folder.resolve("picture.png");
        Pngs.write(file, new RgbImage(width, height, rgb));
        BufferedImage read = ImageIO.read(file.toFile());
        for (int i = 0; i < width * height; i++) {
            int expected = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255;
            assertThat(read.getRGB(i % width, i / width) & 0xFFFFFF).isEqualTo(expected);
        }
    }

    @Test
    void equalPicturesGiveEqualFiles() throws IOException {
        LabelMap map = new LabelMap(5, 1, new byte[] {0, 1, 2, 1, 0});
        IndexPng.write(folder.resolve("a.png"), map, PALETTE);
        IndexPng.write(folder.resolve("b.png"), map, PALETTE);
        assertThat(folder.resolve("a.png")).hasSameBinaryContentAs(folder.resolve("b.png"));
    }

    @Test
    void overlayBlendsByAlphaAndSparesVoid() {
        RgbImage image = new RgbImage(3, 1, new byte[] {100, 100, 100, 100, 100, 100, 7, 8, 9});
        LabelMap map = new LabelMap(3, 1, new byte[] {1, 2, (byte) 255});
        assertThat(Overlay.blend(image, map, PALETTE, 0.25).rgb()).containsExactly(107, 75, 75, 75, 107, 75, 7, 8, 9);
        assertThat(Overlay.blend(image, map, PALETTE, 0).rgb()).isEqualTo(image.rgb());
        assertThat(Overlay.blend(image, map, PALETTE, 1).rgb())
                .containsExactly((byte) 0x80, 0, 0, 0, (byte) 0x80, 0, 7, 8, 9);
        assertThat(image.rgb()).containsExactly(100, 100, 100, 100, 100, 100, 7, 8, 9);
    }

    @Test
    void unusableInputIsNamed() {
        LabelMap map = new LabelMap(1, 1, new byte[1]);
        RgbImage image = new RgbImage(1, 1, new byte[3]);
        assertThatThrownBy(() -> IndexPng.write(folder.resolve("x.png"), map, List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.palette: 0 colours");
        assertThatThrownBy(() -> IndexPng.write(folder.resolve("x.png"), map, List.of(0x1000000)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("colour 0 is 16777216");
        assertThatThrownBy(() -> IndexPng.write(folder, map, PALETTE))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cannot write " + folder);
        assertThatThrownBy(() -> Overlay.blend(image, map, PALETTE, Double.NaN))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("alpha is NaN");
        assertThatThrownBy(() -> Overlay.blend(new RgbImage(2, 1, new byte[6]), map, PALETTE, 0.5))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("2x1")
                .hasMessageContaining("1x1");
    }
}
