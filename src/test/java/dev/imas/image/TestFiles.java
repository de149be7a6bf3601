package dev.imas.image;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;

/** Pictures, masks, lists and configurations for the tests of this package. */
public final class TestFiles {
    private TestFiles() {}

    /** The embedded preset with some keys changed: key, value, key, value... */
    public static ImasConfig config(Object... keysAndValues) {
        Map<String, Object> layers = ConfigYaml.preset("embedded");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            ConfigYaml.set(layers, (String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return ConfigYaml.resolve(layers);
    }

    public static Path write(Path path, byte[] bytes) {
        try {
            Files.createDirectories(path.getParent());
            return Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path list(Path path, String... lines) {
        return write(path, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] encode(RenderedImage image, String format) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            if (!ImageIO.write(image, format, bytes)) {
                throw new IllegalArgumentException("no writer of " + format + " for this picture");
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A picture whose every pixel differs from its neighbours. */
    public static BufferedImage colours(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, colour(x, y));
            }
        }
        return image;
    }

    /** 0xRRGGBB of a pixel of {@link #colours}. */
    public static int colour(int x, int y) {
        return (x * 37 + y * 11 & 255) << 16 | (x * 5 + y * 71 & 255) << 8 | (x * y + 3 & 255);
    }

    public static Path picture(Path path, int width, int height) {
        String name = path.toString();
        return write(path, encode(colours(width, height), name.substring(name.lastIndexOf('.') + 1)));
    }

    /** A palette PNG with the VOC colours and the given indices, repeated over the picture. */
    public static Path mask(Path path, int width, int height, int... labels) {
        byte[] red = new byte[256];
        byte[] green = new byte[256];
        byte[] blue = new byte[256];
        List<Integer> palette = Palette.voc(256);
        for (int i = 0; i < 256; i++) {
            red[i] = (byte) (palette.get(i) >> 16);
            green[i] = (byte) (palette.get(i) >> 8);
            blue[i] = (byte) (int) palette.get(i);
        }
        BufferedImage image = new BufferedImage(
                width, height, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(8, 256, red, green, blue));
        for (int i = 0; i < width * height; i++) {
            image.getRaster().setSample(i % width, i / width, 0, labels[i % labels.length]);
        }
        return write(path, encode(image, "png"));
    }

    /**
     * A PNG written by hand, for the formats ImageIO does not write.
     *
     * @param colourType 0 grey, 2 RGB, 3 palette, 4 grey+alpha, 6 RGBA
     * @param extra      chunks between header and data
     * @param rows       the unfiltered bytes of each row
     */
    public static byte[] png(int width, int height, int bits, int colourType, byte[] extra, byte[]... rows) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        for (byte[] row : rows) {
            raw.write(0);
            raw.writeBytes(row);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        file.writeBytes(chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) bits)
                        .put((byte) colourType)
                        .array()));
        file.writeBytes(extra);
        file.writeBytes(chunk("IDAT", deflated(raw.toByteArray())));
        file.writeBytes(chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    public static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater();
        deflater.setInput(bytes);
        deflater.finish();
        byte[] compressed = new byte[bytes.length + 64];
        int length = deflater.deflate(compressed);
        deflater.end();
        return Arrays.copyOf(compressed, length);
    }

    public static byte[] chunk(String type, byte[] content) {
        ByteBuffer chunk = ByteBuffer.allocate(content.length + 12)
                .putInt(content.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(content);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, content.length + 4);
        return chunk.putInt((int) crc.getValue()).array();
    }

    public static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Inserts a segment after a JPEG's first two bytes. */
    public static byte[] withSegment(byte[] jpeg, int marker, byte[] content) {
        ByteBuffer file = ByteBuffer.allocate(jpeg.length + content.length + 4);
        file.put(jpeg, 0, 2)
                .put((byte) 0xFF)
                .put((byte) marker)
                .putShort((short) (content.length + 2))
                .put(content)
                .put(jpeg, 2, jpeg.length - 2);
        return file.array();
    }

    /** 0xRRGGBB of pixel (x, y). */
    public static int pixel(RgbImage image, int x, int y) {
        int at = 3 * (y * image.width() + x);
        return (image.rgb()[at] & 255) << 16 | (image.rgb()[at + 1] & 255) << 8 | image.rgb()[at + 2] & 255;
    }
}
