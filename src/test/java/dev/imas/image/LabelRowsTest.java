package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Label maps that are written by rows are read as they were. */
class LabelRowsTest {
    private static final List<Integer> PALETTE = List.of(0x102030, 0xFF8000, 0x00FF7F);
    private static final ImageSize SIZE = new ImageSize(1100, 700);

    @TempDir
    Path folder;

    private interface Opening {
        LabelRows of(Path file) throws IOException;
    }

    private void check(String name, Opening opening) throws IOException {
        Path file = folder.resolve(name);
        byte[] labels = new byte[SIZE.width() * SIZE.height()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) ((i / 37 + i / SIZE.width() / 29) % 3);
        }
        try (LabelRows rows = opening.of(file)) {
            for (int y = 0, step = 1; y < SIZE.height(); y += step, step = Math.min(2 * step + 1, SIZE.height() - y)) {
                byte[] part = new byte[step * SIZE.width()];
                System.arraycopy(labels, y * SIZE.width(), part, 0, part.length);
                rows.write(part, step);
            }
        }
        StoredMask mask = ImageFiles.storedMask(file, SIZE);
        for (int i = 0; i < labels.length; i++) {
            assertThat(mask.values()[i]).isEqualTo(labels[i]);
        }
        RgbImage colours = ImageFiles.picture(file);
        assertThat(TestFiles.pixel(colours, 0, 0)).isEqualTo(PALETTE.get(labels[0]));
        assertThat(TestFiles.pixel(colours, SIZE.width() - 1, SIZE.height() - 1))
                .isEqualTo(PALETTE.get(labels[labels.length - 1]));
    }

    @Test
    void png() throws IOException {
        check("a.png", file -> new IndexPngRows(file, SIZE, PALETTE));
    }

    @Test
    void tiff() throws IOException {
        check("a.tif", file -> new LabelTiffRows(file, SIZE, PALETTE));
        assertThat(magic("a.tif")).isEqualTo(42);
    }

    @Test
    void bigTiff() throws IOException {
        check("big.tif", file -> new LabelTiffRows(file, SIZE, PALETTE, true));
        assertThat(magic("big.tif")).isEqualTo(43);
    }

    private int magic(String name) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name)))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getShort(2);
    }
}
