package dev.imas.image;

import static dev.imas.image.TestFiles.bytes;
import static dev.imas.image.TestFiles.colours;
import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.png;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read by rows is what is read at once. */
class PictureRowsTest {
    @TempDir
    Path folder;

    /** All rows of a file put together; empty for one that is read as a whole only. */
    static Optional<Samples> samples(Path path) {
        try (PictureRows rows = PictureRows.open(path, null).orElse(null)) {
            if (rows == null) {
                return Optional.empty();
            }
            List<Samples> parts = new ArrayList<>();
            while (rows.row() < rows.size().height()) {
                parts.add(rows.samples());
            }
            Samples first = parts.get(0);
            float[] values = new float
                    [parts.stream().mapToInt(part -> part.values().length).sum()];
            int at = 0;
            for (Samples part : parts) {
                System.arraycopy(part.values(), 0, values, at, part.values().length);
                at += part.values().length;
            }
            return Optional.of(new Samples(
                    first.width(),
                    rows.size().height(),
                    first.channels(),
                    first.kind(),
                    first.bits(),
                    values,
                    first.channelNames()));
        }
    }

    @Test
    void everyKindOfFileGivesTheSameByRows() throws IOException {
        int byRows = 0;
        for (byte[] file : Corpus.whole()) {
            Path path = write(folder.resolve("whole.bin"), file);
            Optional<Samples> found;
            try {
                found = samples(path);
            } catch (UserException e) {
                assertThatThrownBy(() -> ImageFiles.samples(path)).hasMessage(e.getMessage());
                continue;
            }
            if (found.isPresent()) {
                byRows++;
                assertSame(found.get(), ImageFiles.samples(path));
            }
        }
        assertThat(byRows).isGreaterThan(10);
    }

    private static void assertSame(Samples found, Samples whole) {
        assertThat(found.width()).isEqualTo(whole.width());
        assertThat(found.height()).isEqualTo(whole.height());
        assertThat(found.channels()).isEqualTo(whole.channels());
        assertThat(found.bits()).isEqualTo(whole.bits());
        assertThat(found.values()).isEqualTo(whole.values());
    }

    @Test
    void aPngOfManyBlocksIsWhole() {
        int width = 3000;
        byte[][] rows = new byte[500][width * 6];
        for (int y = 0; y < rows.length; y++) {
            for (int i = 0; i < rows[y].length; i++) {
                rows[y][i] = (byte) (i * 31 + y * 17 + (i * y >> 7));
            }
        }
        Path path = write(folder.resolve("deep.png"), png(width, rows.length, 16, 2, new byte[0], rows));
        assertSame(samples(path).orElseThrow(), ImageFiles.samples(path));
    }

    @Test
    void stripsThatAreNotCompressedAreReadInPieces() {
        byte[] values = new byte[2000 * 3000 * 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (i * 7 + (i >> 9));
        }
        TestTiff one = TestTiff.little().page(2000, 3000, 1, 16).strips(values);
        Path path = write(folder.resolve("one.tif"), one.bytes());
        assertSame(samples(path).orElseThrow(), ImageFiles.samples(path));
        TestTiff planar = TestTiff.little().page(1000, 1000, 3, 8).tag(284, 2).tag(278, 500);
        byte[][] strips = new byte[6][];
        Arrays.setAll(strips, i -> Arrays.copyOfRange(values, i * 500_000, (i + 1) * 500_000));
        planar.strips(strips);
        Path planes = write(folder.resolve("planar.tif"), planar.bytes());
        assertSame(samples(planes).orElseThrow(), ImageFiles.samples(planes));
    }

    @Test
    void aFileThatIsNotWholeIsRefusedBeforeItsRows() {
        byte[] whole = encode(colours(240, 120), "png");
        Path half = write(folder.resolve("half.png"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> PictureRows.open(half, null))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(half + " cannot be read as an image");
        byte[] strips =
                TestTiff.little().page(20, 100, 1, 8).strips(new byte[2000]).bytes();
        Path cut = write(folder.resolve("cut.tif"), Arrays.copyOf(strips, strips.length / 2));
        assertThatThrownBy(() -> samples(cut)).isInstanceOf(UserException.class);
    }

    @Test
    void turnedAndInterlacedPicturesAreReadAsAWhole() {
        Path turned = write(
                folder.resolve("turned.tif"),
                TestTiff.little()
                        .page(2, 1, 1, 8)
                        .tag(274, 6)
                        .strips(bytes(1, 2))
                        .bytes());
        assertThat(PictureRows.open(turned, null)).isEmpty();
        assertThat(PictureRows.open(write(folder.resolve("a.bmp"), encode(colours(9, 7), "bmp")), null))
                .isEmpty();
    }
}
