package dev.imas.image;

import static dev.imas.image.TestFiles.bytes;
import static dev.imas.image.TestFiles.chunk;
import static dev.imas.image.TestFiles.colours;
import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.pixel;
import static dev.imas.image.TestFiles.png;
import static dev.imas.image.TestFiles.withSegment;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PNG, JPEG, GIF, BMP and WebP beside the common cases of {@link ImageFilesTest}. */
class FormatsTest {
    private static final byte[] NONE = {};
    private static final String DAMAGED = "); it may be truncated or damaged";

    @TempDir
    Path folder;

    private Path file(byte[] content) {
        return write(folder.resolve("a.bin"), content);
    }

    private byte[] rgb(byte[] content) {
        return ImageFiles.picture(file(content)).rgb();
    }

    private void refused(byte[] content, String message) {
        Path path = file(content);
        assertThatThrownBy(() -> ImageFiles.picture(path))
                .isInstanceOf(UserException.class)
                .hasMessage(path + message);
    }

    @ParameterizedTest
    @CsvSource({
        "000001000100,is an icon (ICO),PNG",
        "0000000C6A502020,is a JPEG 2000 picture,PNG or TIFF",
        "0000001C6674797061766966,is a HEIF or AVIF picture or a film,PNG or TIFF",
        "38425053,is a Photoshop file,PNG or TIFF",
        "89484446,is an HDF5 file,TIFF"
    })
    void otherFormatsAreNamed(String hex, String name, String instead) {
        refused(HexFormat.of().parseHex(hex), " " + name + ", which this program does not read; save it as " + instead);
    }

    @Test
    void whatOnlyLooksLikeAPictureToOthersIsNone() {
        refused(
                bytes(0, 0, 8, 2, 0xAA, 0xAA),
                " is not an image this program reads (PNG, JPEG, BMP, GIF, TIFF, WebP); it has 6 bytes");
    }

    @Test
    void transparencyOfAColourLeavesValuesAsTheyAre() {
        byte[] transparent = chunk("tRNS", bytes(0, 1));
        assertThat(ImageFiles.storedMask(file(png(4, 1, 2, 0, transparent, bytes(0b00011011))))
                        .values())
                .containsExactly(0, 1, 2, 3);
    }

    @Test
    void indicesBeyondThePaletteAreNoColours() {
        byte[] palette = chunk("PLTE", bytes(1, 2, 3, 4, 5, 6));
        byte[] content = png(2, 1, 8, 3, palette, bytes(1, 2));
        refused(
                content,
                " cannot be read as an image (it holds the palette index 2, its palette has 2 colours" + DAMAGED);
        assertThat(ImageFiles.storedMask(file(content)).values()).containsExactly(1, 2);
    }

    @Test
    void pngTurnsByItsExifChunk() {
        byte[] exif = ByteBuffer.allocate(26)
                .put("MM".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) 6)
                .array();
        byte[] content = png(2, 1, 8, 0, chunk("eXIf", exif), bytes(7, 8));
        assertThat(ImageFiles.size(file(content))).isEqualTo(new ImageSize(1, 2));
        assertThat(rgb(content)).containsExactly(7, 7, 7, 8, 8, 8);
    }

    @Test
    void animationsAreNoPictures() {
        byte[] control = ByteBuffer.allocate(8).putInt(3).array();
        refused(
                png(1, 1, 8, 0, chunk("acTL", control), bytes(1)),
                " is an animation of 3 frames; save the one that is meant as PNG");
    }

    @Test
    void aHeaderWithoutDataTakesNoMemory() {
        refused(png(9999, 9999, 16, 6, NONE, bytes(0)), " cannot be read as an image (its data end early" + DAMAGED);
    }

    @Test
    void jpegWithoutAMarkIsYCbCrWhateverItsComponentsAreCalled() {
        byte[] jpeg = encode(colours(16, 16), "jpg");
        byte[] expected = rgb(jpeg);
        byte[] unmarked = withoutSegment(jpeg, 0xE0);
        assertThat(rgb(unmarked)).isEqualTo(expected);
        for (int id = 1; id <= 3; id++) {
            rename(unmarked, id, id - 1);
        }
        assertThat(rgb(unmarked)).isEqualTo(expected);
    }

    @Test
    void profilesOfJpegsAreNotLookedAt() {
        byte[] jpeg = encode(colours(16, 16), "jpg");
        byte[] profile = "ICC_PROFILE\0\1\1".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(rgb(withSegment(jpeg, 0xE2, profile))).isEqualTo(rgb(jpeg));
    }

    @Test
    void lostBytesOfAScanAreNoticed() {
        byte[] jpeg = encode(colours(64, 64), "jpg");
        for (int i = jpeg.length / 2; i < jpeg.length / 2 + 6; i++) {
            jpeg[i] = 0;
        }
        refused(jpeg, " cannot be read as an image (a part of its data is lost" + DAMAGED);
    }

    @Test
    void otherKindsOfJpegAreNamed() {
        byte[] jpeg = encode(colours(16, 16), "jpg");
        int frame = find(jpeg, 0xC0);
        jpeg[frame] = (byte) 0xC3;
        refused(jpeg, " is a lossless JPEG, which this program does not read; save it as PNG");
        jpeg[frame] = (byte) 0xC0;
        jpeg[frame + 3] = 12;
        refused(jpeg, " is a JPEG with 12 bits a sample, which this program does not read; save it as PNG or TIFF");
    }

    /** Where the code of the first such marker stands. */
    private static int find(byte[] jpeg, int marker) {
        int at = 2;
        while ((jpeg[at + 1] & 255) != marker) {
            at += 2 + ((jpeg[at + 2] & 255) << 8 | jpeg[at + 3] & 255);
        }
        return at + 1;
    }

    private static byte[] withoutSegment(byte[] jpeg, int marker) {
        int at = find(jpeg, marker) - 1;
        int length = 2 + ((jpeg[at + 2] & 255) << 8 | jpeg[at + 3] & 255);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, at);
        out.write(jpeg, at + length, jpeg.length - at - length);
        return out.toByteArray();
    }

    /** Renames a component in frame and scan. */
    private static void rename(byte[] jpeg, int from, int to) {
        int frame = find(jpeg, 0xC0) + 9;
        int scan = find(jpeg, 0xDA) + 4;
        for (int i = 0; i < 3; i++) {
            if (jpeg[frame + 3 * i] == from) {
                jpeg[frame + 3 * i] = (byte) to;
            }
            if (jpeg[scan + 2 * i] == from) {
                jpeg[scan + 2 * i] = (byte) to;
            }
        }
    }

    @Test
    void scansOfAProgressiveJpegMustAllBeThere() throws Exception {
        byte[] jpeg = ImageFilesTest.progressive(colours(32, 32));
        assertThat(rgb(jpeg)).hasSize(3 * 32 * 32);
        int last = 0;
        for (int i = 0; i < jpeg.length - 1; i++) {
            last = jpeg[i] == -1 && (jpeg[i + 1] & 255) == 0xC4 ? i : last; // tables of the last scan
        }
        ByteArrayOutputStream cut = new ByteArrayOutputStream();
        cut.write(jpeg, 0, last);
        cut.writeBytes(bytes(0xFF, 0xD9));
        refused(cut.toByteArray(), " cannot be read as an image (its data end early" + DAMAGED);
    }

    @Test
    void thousandsOfScansAreRefused() throws Exception {
        byte[] jpeg = ImageFilesTest.progressive(colours(32, 32));
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        many.write(jpeg, 0, jpeg.length - 2);
        for (int i = 0; i < 1000; i++) {
            many.writeBytes(bytes(0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0, 0, 0));
        }
        many.writeBytes(bytes(0xFF, 0xD9));
        refused(many.toByteArray(), " has more than 100 scans; save it again as a common JPEG or PNG");
    }

    /** A GIF of one frame with codes of 3 bits: a clear code before every pixel. */
    private static byte[] gif(int width, int height, int left, int top, int columns, int rows, int... indices) {
        int[] codes = new int[2 * indices.length + 1];
        for (int i = 0; i < indices.length; i++) {
            codes[2 * i] = 4;
            codes[2 * i + 1] = indices[i];
        }
        codes[codes.length - 1] = 5;
        byte[] packed = new byte[(codes.length * 3 + 7) / 8];
        for (int i = 0; i < codes.length * 3; i++) {
            packed[i / 8] |= (byte) ((codes[i / 3] >> i % 3 & 1) << i % 8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GIF89a".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(bytes(width, 0, height, 0, 0x81, 0, 0));
        out.writeBytes(bytes(1, 2, 3, 255, 0, 0, 0, 255, 0, 0, 0, 255));
        out.writeBytes(bytes(0x2C, left, 0, top, 0, columns, 0, rows, 0, 0, 2, packed.length));
        out.writeBytes(packed);
        out.writeBytes(bytes(0, 0x3B));
        return out.toByteArray();
    }

    @Test
    void aGifIsPlacedOnItsScreen() {
        Path path = file(gif(3, 2, 1, 0, 2, 1, 1, 3));
        assertThat(ImageFiles.size(path)).isEqualTo(new ImageSize(3, 2));
        assertThat(ImageFiles.picture(path).rgb())
                .isEqualTo(bytes(1, 2, 3, 255, 0, 0, 0, 0, 255, 1, 2, 3, 1, 2, 3, 1, 2, 3));
    }

    /** As ImageIO writes it: interlaced, with codes of all widths. */
    @Test
    void aGifOfManyColours() {
        BufferedImage image = new BufferedImage(150, 131, BufferedImage.TYPE_BYTE_INDEXED);
        Random random = new Random(3);
        for (int i = 0; i < 150 * 131; i++) {
            int spread = i < 9000 ? 3 : 200;
            image.getRaster().setSample(i % 150, i / 150, 0, random.nextInt(spread));
        }
        RgbImage read = ImageFiles.picture(file(encode(image, "gif")));
        for (int i = 0; i < 150 * 131; i++) {
            assertThat(pixel(read, i % 150, i / 150)).isEqualTo(image.getRGB(i % 150, i / 150) & 0xFFFFFF);
        }
    }

    @Test
    void aGifWithoutAllItsPixelsIsRefused() {
        refused(gif(2, 2, 0, 0, 2, 2, 1, 2, 3), " cannot be read as an image (its data end early" + DAMAGED);
        refused(
                gif(2, 2, 1, 0, 2, 2, 1, 2, 3, 0),
                " cannot be read as an image (its frame of 2x2 at 1,0 goes beyond its screen of 2x2" + DAMAGED);
    }

    private static byte[] bmp(int width, int height, int bits, int compression, int colours, byte[] data) {
        ByteBuffer out = ByteBuffer.allocate(54 + 4 * colours + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) 'B').put((byte) 'M').putInt(out.capacity()).putInt(0).putInt(54 + 4 * colours);
        out.putInt(40)
                .putInt(width)
                .putInt(height)
                .putShort((short) 1)
                .putShort((short) bits)
                .putInt(compression);
        out.putInt(0).putInt(0).putInt(0).putInt(colours).putInt(0);
        for (int i = 0; i < colours; i++) {
            out.putInt(i * 0x010203);
        }
        return out.put(data).array();
    }

    @Test
    void runsOfABitmap() {
        byte[] runs = bytes(2, 1, 0, 3, 2, 0, 1, 0, 0, 0, 5, 3, 0, 1);
        assertThat(ImageFiles.storedMask(file(bmp(5, 2, 8, 1, 4, runs))).values())
                .containsExactly(3, 3, 3, 3, 3, 1, 1, 2, 0, 1);
        byte[] nibbles = bytes(5, 0x12, 0, 0, 0, 5, 0x33, 0x12, 0x10, 0, 0, 1);
        assertThat(ImageFiles.storedMask(file(bmp(5, 2, 4, 2, 4, nibbles))).values())
                .containsExactly(3, 3, 1, 2, 1, 1, 2, 1, 2, 1);
        refused(
                bmp(5, 2, 8, 1, 4, bytes(5, 1, 0, 0, 2, 1, 0, 1)),
                " cannot be read as an image (its data end early" + DAMAGED);
        refused(
                bmp(5, 2, 8, 1, 4, bytes(6, 1, 0, 1)),
                " cannot be read as an image (one of its runs goes beyond its row" + DAMAGED);
    }

    @Test
    void bitmapsOfFewAndManyBits() {
        assertThat(rgb(bmp(3, -1, 1, 0, 2, bytes(0b01000000, 0, 0, 0)))).containsExactly(0, 0, 0, 1, 2, 3, 0, 0, 0);
        assertThat(rgb(bmp(1, 1, 16, 0, 0, bytes(0xFF, 0x03, 0, 0)))).isEqualTo(bytes(0, 255, 255));
        assertThat(rgb(bmp(1, 1, 32, 0, 0, bytes(1, 2, 3, 4)))).containsExactly(3, 2, 1);
        refused(
                bmp(1, 1, 8, 0, 4, bytes(200, 0, 0, 0)),
                " cannot be read as an image (it holds the palette index 200, its palette has 4 colours" + DAMAGED);
        refused(bmp(1, 2, 24, 0, 0, bytes(1, 2, 3)), " cannot be read as an image (its data end early" + DAMAGED);
        refused(
                bmp(1, 1, 0, 5, 0, NONE),
                " is a bitmap (BMP) of 0 bits a pixel, compression 5, which this program does not read; save it as"
                        + " PNG");
    }

    /** A lossless WebP file of one colour: each of its five codes has a single symbol, which takes no bits. */
    static byte[] webp(int width, int height, int red, int green, int blue) {
        BitWriter bits = webpHeader(width, height);
        for (int symbol : new int[] {green, red, blue, 255, 0}) {
            putSingle(bits, symbol);
        }
        return riff(bits.bytes());
    }

    /** The data of a lossless WebP file whose pixels are green 10 or 20 in turns: one bit a pixel. */
    private static byte[] twoGreens(int width, int height) {
        BitWriter bits = webpHeader(width, height);
        bits.put(0b111, 3); // a simple code of two symbols of 8 bits
        bits.put(10, 8);
        bits.put(20, 8);
        for (int symbol : new int[] {0, 0, 255, 0}) {
            putSingle(bits, symbol);
        }
        for (int i = 0; i < width * height; i++) {
            bits.put(i % 2, 1);
        }
        return bits.bytes();
    }

    /** Signature, sizes, opacity, version; no transform, no cache, one group of codes. */
    private static BitWriter webpHeader(int width, int height) {
        int[] values = {0x2F, width - 1, height - 1, 0, 0, 0, 0, 0};
        int[] sizes = {8, 14, 14, 1, 3, 1, 1, 1};
        BitWriter bits = new BitWriter();
        for (int i = 0; i < values.length; i++) {
            bits.put(values[i], sizes[i]);
        }
        return bits;
    }

    private static void putSingle(BitWriter bits, int symbol) {
        bits.put(0b101, 3); // a simple code of one symbol of 8 bits
        bits.put(symbol, 8);
    }

    private static byte[] riff(byte[] data) {
        int padded = data.length + data.length % 2;
        ByteBuffer out = ByteBuffer.allocate(20 + padded).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(12 + padded);
        out.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII))
                .putInt(data.length)
                .put(data);
        return out.array();
    }

    /** Lowest bit first. */
    private static final class BitWriter {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private int held;
        private int count;

        void put(long value, int size) {
            for (int i = 0; i < size; i++) {
                held |= (int) (value >> i & 1) << count;
                if (++count == 8) {
                    out.write(held);
                    held = 0;
                    count = 0;
                }
            }
        }

        byte[] bytes() {
            out.write(held);
            return out.toByteArray();
        }
    }

    @Test
    void webp() {
        Path path = file(webp(5, 3, 10, 20, 30));
        assertThat(ImageFiles.size(path)).isEqualTo(new ImageSize(5, 3));
        assertThat(ImageFiles.picture(path).rgb())
                .hasSize(45)
                .startsWith(10, 20, 30)
                .endsWith(10, 20, 30);
        byte[] cut = Arrays.copyOf(webp(5, 3, 10, 20, 30), 30);
        refused(cut, " cannot be read as an image (its data end early" + DAMAGED);
    }

    /** The decoder itself takes what is missing for zeros. */
    @Test
    void aWebpWhoseDataEndEarlyInAWholeFrame() {
        byte[] data = twoGreens(60, 40);
        int[] values = ImageFiles.storedMask(file(riff(data))).values();
        assertThat(values).startsWith(0x000A00, 0x001400, 0x000A00).endsWith(0x001400);
        refused(riff(Arrays.copyOf(data, 100)), " cannot be read as an image (its data end early" + DAMAGED);
    }

    @Test
    void masksOfLossyFormatsAreRefused() {
        byte[] lossy = ByteBuffer.allocate(30)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(22)
                .put("WEBPVP8 ".getBytes(StandardCharsets.US_ASCII))
                .putInt(10)
                .put(bytes(0, 0, 0, 0x9D, 1, '*', 4, 0, 2, 0))
                .array();
        assertThatThrownBy(() -> ImageFiles.storedMask(file(lossy)))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith(" is a lossy WebP, whose compression changes class indices; save masks as PNG");
    }
}
