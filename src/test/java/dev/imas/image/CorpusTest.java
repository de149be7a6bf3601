package dev.imas.image;

import static dev.imas.image.TestFiles.bytes;
import static dev.imas.image.TestFiles.chunk;
import static dev.imas.image.TestFiles.colours;
import static dev.imas.image.TestFiles.deflated;
import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.png;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.common.UserException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is done to a file, it is read or refused in words. How many are made says the system property imas.corpus;
 * the profile full makes many.
 */
class CorpusTest {
    private static final int COUNT = Integer.getInteger("imas.corpus", 1500);
    private static final List<Consumer<Path>> READINGS = List.of(
            ImageFiles::picture, ImageFiles::samples, ImageFiles::storedMask, ImageFiles::size, PictureHeader::of);

    @TempDir
    Path folder;

    private static List<byte[]> whole() throws IOException {
        BufferedImage grey = new BufferedImage(24, 12, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage small = new BufferedImage(9, 7, BufferedImage.TYPE_BYTE_INDEXED);
        grey.createGraphics().drawImage(colours(24, 12), 0, 0, null);
        small.createGraphics().drawImage(colours(9, 7), 0, 0, null);
        byte[] palette = chunk("PLTE", bytes(10, 20, 30, 40, 50, 60));
        TestTiff big = TestTiff.of(ByteOrder.BIG_ENDIAN, true);
        big.page(4, 2, 1, 16).tag(278, 1).strips(big.wide(1, 2, 3, 60000), big.wide(9, 8, 7, 6));
        byte[] rgb = deflated(new byte[3 * 16 * 16]);
        TestTiff tiles =
                TestTiff.little().page(20, 10, 3, 8).tag(259, 8).tag(317, 2).tiles(16, 16, rgb, rgb);
        TestTiff floats = TestTiff.little().page(2, 2, 1, 32).tag(339, 3);
        floats.strips(floats.floats(1, 2, 3, 4));
        TestTiff stack = TestTiff.little();
        for (int i = 0; i < 4; i++) {
            stack.page(2, 2, 1, 8)
                    .text(270, "ImageJ=1.5\nimages=4\nchannels=2\nslices=2\n")
                    .strips(bytes(1, 2, 3, i));
        }
        String xml = "<OME><Image><Pixels DimensionOrder=\"XYZCT\" SizeC=\"2\" SizeZ=\"1\" SizeT=\"1\">"
                + "<TiffData IFD=\"0\" PlaneCount=\"2\"/></Pixels></Image></OME>";
        TestTiff ome = TestTiff.little().page(1, 1, 1, 8).text(270, xml).strips(bytes(1));
        ome.page(1, 1, 1, 8).strips(bytes(2));
        return List.of(
                encode(colours(24, 12), "png"),
                encode(grey, "png"),
                png(5, 2, 4, 0, new byte[0], bytes(1, 2, 3), bytes(4, 5, 6)),
                png(3, 1, 8, 3, palette, bytes(0, 1, 0)),
                encode(colours(24, 12), "jpg"),
                encode(grey, "jpg"),
                ImageFilesTest.progressive(colours(24, 12)),
                encode(small, "gif"),
                encode(colours(9, 7), "bmp"),
                encode(small, "bmp"),
                encode(colours(24, 12), "tif"),
                TiffFilesTest.imageIo(colours(24, 12), "LZW"),
                TiffFilesTest.imageIo(colours(24, 12), "PackBits"),
                TiffFilesTest.imageIo(colours(24, 12), "JPEG"),
                TiffFilesTest.imageIo(new BufferedImage(30, 9, BufferedImage.TYPE_BYTE_BINARY), "CCITT T.6"),
                TiffFilesTest.imageIo(new BufferedImage(30, 9, BufferedImage.TYPE_BYTE_BINARY), "CCITT T.4"),
                big.bytes(),
                tiles.bytes(),
                floats.bytes(),
                stack.bytes(),
                ome.bytes(),
                FormatsTest.webp(6, 4, 1, 2, 3));
    }

    @Test
    void noDamageEscapes() throws IOException {
        List<byte[]> whole = whole();
        for (int i = 0; i < COUNT; i++) {
            Random random = new Random(i);
            byte[] damaged = damage(whole.get(i % whole.size()).clone(), random);
            Path path = write(folder.resolve("damaged.bin"), damaged);
            for (Consumer<Path> reading : READINGS) {
                check(reading, path, i);
            }
        }
    }

    private static void check(Consumer<Path> reading, Path path, int number) {
        try {
            reading.accept(path);
        } catch (UserException e) {
            assertThat(e.getMessage()).as("file %d", number).startsWith(path + " ");
            Messages.assertClear(e.getMessage());
        } catch (RuntimeException | Error e) {
            throw new AssertionError("file " + number, e);
        }
    }

    private static byte[] damage(byte[] file, Random random) {
        switch (random.nextInt(6)) {
            case 0 -> {
                return Arrays.copyOf(file, random.nextInt(file.length));
            }
            case 1 -> flip(file, random, file.length);
            case 2 -> flip(file, random, Math.min(file.length, 64)); // the header
            case 3 -> exchange(file, random);
            case 4 -> extreme(file, random);
            default -> {
                return without(file, random);
            }
        }
        return file;
    }

    private static void flip(byte[] file, Random random, int within) {
        for (int n = 1 + random.nextInt(6); n > 0; n--) {
            file[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    /** Two pairs of bytes, which in TIFF are often tags or values. */
    private static void exchange(byte[] file, Random random) {
        int a = random.nextInt(file.length / 2 - 1) * 2;
        int b = random.nextInt(file.length / 2 - 1) * 2;
        for (int i = 0; i < 2; i++) {
            byte kept = file[a + i];
            file[a + i] = file[b + i];
            file[b + i] = kept;
        }
    }

    private static void extreme(byte[] file, Random random) {
        byte[][] extremes = {bytes(0, 0, 0, 0), bytes(-1, -1, -1, -1), bytes(0x7F, -1, -1, -1), bytes(-1, -1, -1, 0x7F)
        };
        byte[] value = extremes[random.nextInt(extremes.length)];
        System.arraycopy(value, 0, file, random.nextInt(file.length - 4), 4);
    }

    private static byte[] without(byte[] file, Random random) {
        int from = random.nextInt(file.length - 1);
        int length = 1 + random.nextInt(Math.min(16, file.length - from));
        byte[] rest = new byte[file.length - length];
        System.arraycopy(file, 0, rest, 0, from);
        System.arraycopy(file, from + length, rest, from, file.length - from - length);
        return rest;
    }
}
