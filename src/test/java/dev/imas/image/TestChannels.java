package dev.imas.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Files of 16-bit channels for tests. */
public final class TestChannels {
    private TestChannels() {}

    /** A 16-bit grey PNG of values 0 to 65535. */
    public static void grey16(Path file, int width, int height, int... values) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setPixels(0, 0, width, height, values);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            ImageIO.write(image, "png", file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An uncompressed TIFF of unsigned 16-bit channels, those of a pixel side by side. */
    public static void tiff16(Path file, int width, int height, int channels, int... values) {
        int entries = 10;
        int directory = 8;
        int bits = directory + 2 + 12 * entries + 4;
        int data = bits + 2 * channels;
        ByteBuffer tiff = ByteBuffer.allocate(data + 2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        tiff.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(directory);
        tiff.putShort((short) entries);
        entry(tiff, 256, 3, 1, width);
        entry(tiff, 257, 3, 1, height);
        entry(tiff, 258, 3, channels, channels == 1 ? 16 : bits);
        entry(tiff, 259, 3, 1, 1); // no compression
        entry(tiff, 262, 3, 1, 1); // black is zero
        entry(tiff, 273, 4, 1, data);
        entry(tiff, 277, 3, 1, channels);
        entry(tiff, 278, 3, 1, height);
        entry(tiff, 279, 4, 1, 2 * values.length);
        entry(tiff, 284, 3, 1, 1); // interleaved
        tiff.putInt(0);
        for (int c = 0; c < channels; c++) {
            tiff.putShort((short) 16);
        }
        for (int value : values) {
            tiff.putShort((short) value);
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, tiff.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An 8-bit TIFF whose least value is white, with these stored values. */
    public static void leastIsWhite(Path file, int width, int height, int... stored) {
        byte[] tiff = TestTiff.little()
                .page(width, height, 1, 8)
                .tag(262, 0)
                .strips(TestFiles.bytes(stored))
                .bytes();
        TestFiles.write(file, tiff);
    }

    /** A TIFF of 1 bit a pixel whose 0 is white; of 8 pixels a row at most, with these bytes as rows. */
    public static void bits(Path file, int width, int... rows) {
        oneBit(file, width, rows.length, 1, rows);
    }

    /** The same as a fax, of rows that are compressed each by itself (Modified Huffman). */
    public static void fax(Path file, int width, int height, int... packed) {
        oneBit(file, width, height, 2, packed);
    }

    private static void oneBit(Path file, int width, int height, int compression, int... rows) {
        byte[] tiff = TestTiff.little()
                .page(width, height, 1, 1)
                .tag(259, compression)
                .tag(262, 0)
                .strips(TestFiles.bytes(rows))
                .bytes();
        TestFiles.write(file, tiff);
    }

    /** A 16-bit grey TIFF that declares a value to be no data. */
    public static void noData16(Path file, int width, int height, int noData, int... values) {
        TestTiff tiff = TestTiff.little().page(width, height, 1, 16).text(42113, String.valueOf(noData));
        TestFiles.write(file, tiff.strips(tiff.wide(values)).bytes());
    }

    /** A 16-bit grey TIFF of signed values. */
    public static void signed16(Path file, int width, int height, int... values) {
        TestTiff tiff = TestTiff.little().page(width, height, 1, 16).tag(339, 2);
        TestFiles.write(file, tiff.strips(tiff.wide(values)).bytes());
    }

    private static void entry(ByteBuffer tiff, int tag, int type, int count, int value) {
        tiff.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
    }
}
