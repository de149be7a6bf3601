package dev.imas.image;

import static dev.imas.image.TestFiles.bytes;
import static dev.imas.image.TestFiles.colours;
import static dev.imas.image.TestFiles.deflated;
import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import io.airlift.compress.zstd.ZstdCompressor;
import java.awt.image.BufferedImage;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TIFF files give what they hold, or say why not. */
class TiffFilesTest {
    @TempDir
    Path folder;

    private Path file(TestTiff tiff) {
        return write(folder.resolve("a.tif"), tiff.bytes());
    }

    /** The first channel of the first row. */
    private int[] greys(TestTiff tiff) {
        RgbImage image = ImageFiles.picture(file(tiff));
        int[] greys = new int[image.width()];
        for (int i = 0; i < greys.length; i++) {
            greys[i] = image.rgb()[3 * i] & 255;
        }
        return greys;
    }

    private float[] samples(TestTiff tiff) {
        return ImageFiles.samples(file(tiff)).values();
    }

    private void refused(TestTiff tiff, String message) {
        Path path = file(tiff);
        assertThatThrownBy(() -> ImageFiles.picture(path))
                .isInstanceOf(UserException.class)
                .hasMessage(path + message);
    }

    /** Samples of so many bits, highest bit first, as one row. */
    private static byte[] packed(int bits, int... samples) {
        byte[] row = new byte[(samples.length * bits + 7) / 8];
        for (int i = 0; i < samples.length * bits; i++) {
            int bit = samples[i / bits] >> bits - 1 - i % bits & 1;
            row[i / 8] |= (byte) (bit << 7 - i % 8);
        }
        return row;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15})
    void everyDepthIsScaledByItself(int bits) {
        int full = (1 << bits) - 1;
        int[] stored = {0, full / 3, full / 2, full};
        int[] shown = Arrays.stream(stored)
                .map(value -> bits > 8 ? value >> bits - 8 : value * 255 / full)
                .toArray();
        assertThat(greys(TestTiff.little().page(4, 1, 1, bits).strips(packed(bits, stored))))
                .isEqualTo(shown);
        int[] inverse = Arrays.stream(stored).map(value -> full - value).toArray();
        assertThat(greys(TestTiff.little().page(4, 1, 1, bits).tag(262, 0).strips(packed(bits, inverse))))
                .isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({"true,false", "true,true", "false,false", "false,true"})
    void byteOrdersAndBigFiles(boolean little, boolean big) {
        TestTiff tiff = TestTiff.of(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN, big);
        tiff.page(3, 1, 1, 16).strips(tiff.wide(0, 0x1234, 0xFFFF));
        assertThat(greys(tiff)).containsExactly(0, 0x12, 255);
        assertThat(ImageFiles.size(file(tiff))).isEqualTo(new ImageSize(3, 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void differencesOfAllWidths(boolean little) {
        TestTiff tiff = TestTiff.of(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN, false);
        tiff.page(3, 1, 1, 16).tag(259, 8).tag(317, 2).strips(deflated(tiff.wide(60000, 10000, -5000)));
        assertThat(samples(tiff)).containsExactly(60000, 70000 - 65536, 70000 - 65536 + 65536 - 5000);
        TestTiff rgb = TestTiff.little().page(2, 1, 3, 8).tag(259, 8).tag(317, 2);
        assertThat(samples(rgb.strips(deflated(bytes(1, 2, 3, 10, 20, 30))))).containsExactly(1, 2, 3, 11, 22, 33);
        TestTiff wide =
                TestTiff.little().page(2, 1, 1, 32).tag(259, 8).tag(317, 2).tag(339, 1);
        assertThat(samples(wide.strips(deflated(wide.ints(7, -3))))).containsExactly(7, 4);
    }

    @Test
    void floatsOfPredictor3() {
        TestTiff tiff = TestTiff.little();
        byte[] bigEndian = TestTiff.of(ByteOrder.BIG_ENDIAN, false).floats(1.5f, -2.25f);
        byte[] planes = new byte[8];
        for (int i = 0; i < 2; i++) {
            for (int b = 0; b < 4; b++) {
                planes[b * 2 + i] = bigEndian[i * 4 + b];
            }
        }
        for (int i = 7; i > 0; i--) {
            planes[i] -= planes[i - 1];
        }
        tiff.page(2, 1, 1, 32).tag(259, 8).tag(317, 3).tag(339, 3).strips(deflated(planes));
        assertThat(samples(tiff)).containsExactly(1.5f, -2.25f);
    }

    @Test
    void signedFloatAndWideSamplesAreNoPictures() {
        TestTiff signed = TestTiff.little().page(3, 1, 1, 8).tag(339, 2).strips(bytes(-128, 0, 127));
        assertThat(samples(signed)).containsExactly(-128, 0, 127);
        refused(
                TestTiff.little().page(3, 1, 1, 8).tag(339, 2).strips(bytes(-128, 0, 127)),
                " has signed samples of 8 bits; only 1 to 16 unsigned bits are read as they are: set data.range"
                        + " and data.channels");
        TestTiff half = TestTiff.little().page(5, 1, 1, 16).tag(339, 3);
        assertThat(samples(half.strips(half.wide(0x3C00, 0xC000, 0x0001, 0x7BFF, 0x7C00))))
                .containsExactly(1, -2, 0x1p-24f, 65504, Float.POSITIVE_INFINITY);
        TestTiff wide = TestTiff.little().page(2, 1, 1, 32);
        Samples samples = ImageFiles.samples(file(wide.strips(wide.ints(5, -1))));
        assertThat(samples.values()).containsExactly(5, 4294967295f);
        assertThat(samples.kind()).isEqualTo(Samples.Kind.UNSIGNED);
        refused(
                TestTiff.little().page(1, 1, 1, 24).strips(new byte[3]),
                " has unsigned samples of 24 bits; expected 1 to 16, 32 or 64 unsigned bits, 8, 16, 32 or 64 signed"
                        + " ones, or floats");
    }

    /** As numpy has integers where nobody asks for others. */
    @Test
    void wholeNumbersOf64Bits() throws IOException {
        TestTiff unsigned = TestTiff.little().page(2, 1, 1, 64);
        Samples samples = ImageFiles.samples(file(unsigned.strips(unsigned.ints(7, 0, -1, 0))));
        assertThat(samples.values()).containsExactly(7, 4294967295f);
        assertThat(samples.bits()).isEqualTo(32);
        TestTiff signed = TestTiff.little().page(2, 1, 1, 64).tag(339, 2);
        assertThat(samples(signed.strips(signed.ints(300, 0, -5, -1)))).containsExactly(300, -5);
        TestTiff numbers = TestTiff.little().page(2, 1, 1, 64).tag(339, 2);
        assertThat(ImageFiles.storedInstances(file(numbers.strips(numbers.ints(0, 0, 70_000, 0))), null)
                        .values())
                .containsExactly(0, 70_000);
        TestTiff large = TestTiff.little().page(1, 1, 1, 64).tag(339, 2);
        refused(
                large.strips(large.ints(0, 1)),
                " holds a number of 64 bits beyond -2147483648 to 2147483647; save it in 32 bits or as floats");
        refused(
                TestTiff.little().page(1, 1, 1, 64).tag(262, 0).strips(new byte[8]),
                " has unsigned samples of 64 bits of which the least is white; save it with the least as black"
                        + " (MinIsBlack)");
    }

    @Test
    void inksAreMultipliedOutAtEveryDepth() {
        byte[] inks = bytes(0, 255, 127, 0, 0, 0, 0, 255);
        byte[] expected = bytes(255, 0, 128, 0, 0, 0);
        TestTiff eight = TestTiff.little().page(2, 1, 4, 8).tag(262, 5).strips(inks);
        assertThat(ImageFiles.picture(file(eight)).rgb()).isEqualTo(expected);
        TestTiff sixteen = TestTiff.little().page(2, 1, 4, 16).tag(262, 5);
        sixteen.strips(sixteen.wide(0, 0xFFFF, 0x7FFF, 0, 0, 0, 0, 0xFFFF));
        assertThat(ImageFiles.picture(file(sixteen)).rgb()).isEqualTo(expected);
        TestTiff alpha = TestTiff.little().page(2, 1, 5, 8).tag(262, 5).tag(338, 2);
        alpha.strips(bytes(0, 255, 127, 0, 9, 0, 0, 0, 255, 9));
        assertThat(ImageFiles.picture(file(alpha)).rgb()).isEqualTo(expected);
    }

    @Test
    void palettesWithAlphaAndOfFewBits() {
        long[] map = new long[3 * 256];
        map[1] = 0x1234;
        map[256 + 1] = 0xFFFF;
        TestTiff tiff =
                TestTiff.little().page(2, 1, 2, 8).tag(262, 3).shorts(320, map).tag(338, 2);
        tiff.strips(bytes(1, 0, 0, 255));
        assertThat(ImageFiles.picture(file(tiff)).rgb()).isEqualTo(bytes(0x12, 255, 0, 0, 0, 0));
        StoredMask mask = ImageFiles.storedMask(file(tiff));
        assertThat(mask.values()).containsExactly(1, 0);
        assertThat(mask.palette()).hasSize(256).startsWith(0, 0x12FF00);
        assertThat(mask.alpha()).isTrue();
        long[] small = new long[12];
        small[3] = 0xFFFF;
        TestTiff two = TestTiff.little().page(4, 1, 1, 2).tag(262, 3).shorts(320, small);
        assertThat(greys(two.strips(bytes(0b11000011)))).containsExactly(255, 0, 0, 255);
    }

    @Test
    void planesTilesAndReversedBits() {
        TestTiff planar = TestTiff.little().page(2, 1, 3, 8).tag(284, 2);
        planar.strips(bytes(1, 2), bytes(3, 4), bytes(5, 6));
        assertThat(ImageFiles.picture(file(planar)).rgb()).isEqualTo(bytes(1, 3, 5, 2, 4, 6));
        byte[] left = new byte[256];
        byte[] right = new byte[256];
        for (int i = 0; i < 256; i++) {
            left[i] = (byte) (i % 16 + i / 16);
            right[i] = (byte) (i % 16 + 16 + i / 16);
        }
        RgbImage tiled =
                ImageFiles.picture(file(TestTiff.little().page(20, 3, 1, 8).tiles(16, 16, left, right)));
        for (int i = 0; i < 60; i++) {
            assertThat(tiled.rgb()[3 * i] & 255).isEqualTo(i % 20 + i / 20);
        }
        TestTiff reversed = TestTiff.little().page(8, 1, 1, 1).tag(266, 2).strips(bytes(0b00010011));
        assertThat(greys(reversed)).containsExactly(255, 255, 0, 0, 255, 0, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"1,3,2,0", "2,3,2,2", "3,3,2,5", "4,3,2,3", "5,2,3,0", "6,2,3,1", "7,2,3,5", "8,2,3,4"})
    void orientationTurnsPicturesMasksAndSamples(int code, int width, int height, int place) {
        Path path = file(TestTiff.little().page(3, 2, 1, 8).tag(274, code).strips(bytes(9, 0, 0, 0, 0, 0)));
        assertThat(ImageFiles.size(path)).isEqualTo(new ImageSize(width, height));
        assertThat(ImageFiles.picture(path).rgb()[3 * place]).isEqualTo((byte) 9);
        assertThat(ImageFiles.storedMask(path).values()[place]).isEqualTo(9);
        assertThat(ImageFiles.samples(path).values()[place]).isEqualTo(9);
    }

    /** Against ImageIO's writer, on noise and runs. */
    @ParameterizedTest
    @ValueSource(strings = {"LZW", "PackBits", "ZLib", "Deflate", "CCITT RLE", "CCITT T.4", "CCITT T.6"})
    void compressionsGiveTheRowsBack(String compression) throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            int width = 1 + random.nextInt(400);
            int height = 1 + random.nextInt(12);
            boolean fax = compression.startsWith("CCITT");
            BufferedImage image = new BufferedImage(
                    width, height, fax ? BufferedImage.TYPE_BYTE_BINARY : BufferedImage.TYPE_BYTE_GRAY);
            for (int at = 0; at < width * height; ) {
                int value = random.nextInt(fax ? 2 : 256);
                for (int run = 1 + random.nextInt(9) * random.nextInt(30); run > 0 && at < width * height; run--) {
                    image.getRaster().setSample(at % width, at / width, 0, value);
                    at++;
                }
            }
            Path path = write(folder.resolve("c.tif"), imageIo(image, compression));
            int[] expected = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
            assertThat(ImageFiles.storedMask(path).values()).isEqualTo(expected);
        }
    }

    static byte[] imageIo(RenderedImage image, String compression) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionType(compression);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    @Test
    void jpegInsideIsDecodedAsJpeg() throws IOException {
        BufferedImage image = new BufferedImage(32, 16, BufferedImage.TYPE_3BYTE_BGR);
        image.createGraphics().fillRect(0, 0, 16, 16);
        RgbImage read = ImageFiles.picture(write(folder.resolve("j.tif"), imageIo(image, "JPEG")));
        assertThat(read.rgb()[0] & 255).isGreaterThan(245);
        assertThat(read.rgb()[3 * 31] & 255).isLessThan(10);
        TestTiff cut = TestTiff.little().page(32, 16, 3, 8).tag(259, 7).tag(262, 6);
        byte[] jpeg = encode(colours(32, 16), "jpg");
        refused(
                cut.strips(Arrays.copyOf(jpeg, jpeg.length - 20)),
                " cannot be read as an image (its data end early); it may be truncated or damaged");
    }

    @Test
    void jpegInsideIsNoMask() throws IOException {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        Path file = write(folder.resolve("m.tif"), imageIo(image, "JPEG"));
        assertThatThrownBy(() -> ImageFiles.storedMask(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " is a TIFF compressed as JPEG, whose compression changes class indices; save masks"
                        + " as PNG");
    }

    @Test
    void zstandard() {
        byte[] row = new byte[3000];
        for (int i = 0; i < row.length; i++) {
            row[i] = (byte) (i * i);
        }
        byte[] packed = new byte[new ZstdCompressor().maxCompressedLength(row.length)];
        int length = new ZstdCompressor().compress(row, 0, row.length, packed, 0, packed.length);
        TestTiff tiff = TestTiff.little().page(3000, 1, 1, 8).tag(259, 50000);
        assertThat(greys(tiff.strips(Arrays.copyOf(packed, length)))[1999]).isEqualTo(1999 * 1999 & 255);
        TestTiff cut = TestTiff.little().page(3000, 1, 1, 8).tag(259, 50000);
        refused(
                cut.strips(Arrays.copyOf(packed, length - 9)),
                " cannot be read as an image (its Zstandard data make no sense); it may be truncated or damaged");
    }

    @ParameterizedTest
    @CsvSource({
        "6,JPEG of the old kind",
        "34712,JPEG 2000",
        "34887,LERC",
        "34925,LZMA",
        "50001,WebP",
        "12345,an unknown method (12345)"
    })
    void otherCompressionsAreNamed(int code, String name) {
        refused(
                TestTiff.little().page(4, 4, 1, 8).tag(259, code).strips(new byte[16]),
                " is compressed with " + name + ", which this program does not read; save it as Deflate or LZW");
    }

    @Test
    void otherColoursAreNamed() {
        refused(
                TestTiff.little().page(1, 1, 3, 8).tag(262, 8).strips(new byte[3]),
                " has the colours L*a*b*, which this program does not read; save it as RGB");
        refused(
                TestTiff.little().page(1, 1, 3, 8).tag(262, 6).strips(new byte[3]),
                " has the colours YCbCr without JPEG compression, which this program does not read; save it as RGB");
        refused(
                TestTiff.little().page(1, 1, 1, 8).tag(262, 32803).strips(new byte[1]),
                " holds a camera's raw data, which this program does not read; save it as RGB");
    }

    @Test
    void whatEndsEarlyIsRefused() {
        String early = " cannot be read as an image (its data end early); it may be truncated or damaged";
        refused(TestTiff.little().page(4, 4, 1, 8).strips(new byte[15]), early);
        refused(TestTiff.little().page(4, 4, 1, 8).tag(259, 8).strips(deflated(new byte[15])), early);
        refused(TestTiff.little().page(4, 4, 1, 8).tag(259, 32773).strips(bytes(-14, 7)), early);
        refused(
                TestTiff.little().page(4, 4, 1, 8).tag(259, 32773).strips(bytes(-16, 7)),
                " cannot be read as an image (a run of its PackBits data goes beyond its strip); it may be truncated or"
                        + " damaged");
        refused(
                TestTiff.little().page(4, 4, 1, 8).tag(278, 2).strips(new byte[8]),
                " cannot be read as an image (it has 1 of 2 strips); it may be truncated or damaged");
        refused(
                TestTiff.little().page(4, 4, 1, 8).tag(278, 2).strips(new byte[8], new byte[0]),
                " cannot be read as an image (its strip 1 is empty); it may be truncated or damaged");
    }

    @Test
    void channelsBesideGreyAreNamed() {
        refused(
                TestTiff.little()
                        .page(1, 1, 5, 8)
                        .tag(262, 1)
                        .shorts(338, 0, 0, 0, 0)
                        .strips(new byte[5]),
                " has 5 channels; only grey and RGB pictures are read as they are: set data.channels");
        TestTiff alpha = TestTiff.little().page(1, 1, 2, 8).tag(338, 2).strips(bytes(77, 0));
        assertThat(greys(alpha)).containsExactly(77);
    }

    /** The file says what is red, green and blue, so that they can be taken; but whoever asks is told of the rest. */
    @Test
    void channelsBesideRgbAreToldOf() {
        Path infrared = file(TestTiff.little().page(1, 1, 4, 8).tag(338, 0).strips(bytes(1, 2, 3, 4)));
        assertThat(ImageFiles.picture(infrared).rgb()).containsExactly(1, 2, 3);
        assertThat(ImageFiles.samples(infrared).values()).containsExactly(1, 2, 3, 4);
        assertThat(ImageFiles.isDeep(infrared)).isTrue();
        Path alpha = file(TestTiff.little().page(1, 1, 4, 8).tag(338, 2).strips(bytes(1, 2, 3, 4)));
        assertThat(ImageFiles.samples(alpha).values()).containsExactly(1, 2, 3);
        assertThat(ImageFiles.isDeep(alpha)).isFalse();
    }

    @Test
    void deepPicturesThatWouldBecomeBlackAreRefused() {
        TestTiff dark = TestTiff.little().page(2, 1, 1, 16);
        refused(
                dark.strips(dark.wide(100, 4095)),
                " uses 100 to 4095 of its 16-bit range 0 to 65535 and would become almost black: set data.range");
        TestTiff bright = TestTiff.little().page(2, 1, 1, 16);
        assertThat(greys(bright.strips(bright.wide(0, 8192)))).containsExactly(0, 32);
        TestTiff empty = TestTiff.little().page(2, 1, 1, 16);
        assertThat(greys(empty.strips(empty.wide(0, 0)))).containsExactly(0, 0);
    }

    @Test
    void valuesThatAreDeclaredToBeNoneAreNoNumbers() {
        TestTiff tiff = TestTiff.little();
        Path floats = write(
                folder.resolve("floats.tif"),
                tiff.page(3, 1, 1, 32)
                        .tag(339, 3)
                        .text(42113, "-9999")
                        .strips(tiff.floats(-9999, 0.5f, 2))
                        .bytes());
        assertThat(ImageFiles.samples(floats).values()).containsExactly(Float.NaN, 0.5f, 2);
        TestTiff wide = TestTiff.little();
        Path whole = write(
                folder.resolve("whole.tif"),
                wide.page(3, 1, 1, 16)
                        .text(42113, "65535 ")
                        .strips(wide.wide(65535, 7, 0))
                        .bytes());
        assertThat(ImageFiles.samples(whole).values()).containsExactly(Float.NaN, 7, 0);
        PictureRows rows = PictureRows.open(whole, null).orElseThrow();
        assertThat(rows.samples().values()).containsExactly(Float.NaN, 7, 0);
        rows.close();
    }

    private void assertNoData(TestTiff tiff, float... expected) {
        Path path = file(tiff);
        assertThat(ImageFiles.samples(path).values()).containsExactly(expected);
        try (PictureRows rows = PictureRows.open(path, null).orElseThrow()) {
            assertThat(rows.samples().values()).containsExactly(expected);
        }
    }

    /** A channel of a colour may be as bright by itself. */
    @Test
    void coloursAreNoneWhereAllThreeAre() {
        float none = Float.NaN;
        TestTiff rgb = TestTiff.little().page(3, 1, 3, 16).text(42113, "65535");
        assertNoData(
                rgb.strips(rgb.wide(65535, 9, 8, 65535, 65535, 65535, 65535, 65535, 7)),
                65535,
                9,
                8,
                none,
                none,
                none,
                65535,
                65535,
                7);
        TestTiff bands = TestTiff.little().page(2, 1, 3, 16).tag(262, 1).shorts(338, 0, 0);
        assertNoData(
                bands.text(42113, "0").strips(bands.wide(0, 9, 8, 0, 0, 0)), new float[] {0, 9, 8, none, none, none});
        TestTiff infrared = TestTiff.little().page(2, 1, 4, 8).tag(338, 0).text(42113, "255");
        assertNoData(
                infrared.strips(bytes(255, 1, 1, 255, 255, 255, 255, 1)),
                new float[] {255, 1, 1, none, none, none, none, 1});
    }

    @Test
    void otherChannelsAreNoneByThemselves() {
        float none = Float.NaN;
        TestTiff four = TestTiff.little().page(1, 1, 4, 16).tag(262, 1).shorts(338, 0, 0, 0);
        assertNoData(four.text(42113, "0").strips(four.wide(0, 9, 0, 7)), new float[] {none, 9, none, 7});
        TestTiff floats =
                TestTiff.little().page(1, 1, 3, 32).tag(262, 1).tag(339, 3).shorts(338, 0, 0);
        assertNoData(floats.text(42113, "-9999").strips(floats.floats(-9999, 0.5f, 2)), new float[] {none, 0.5f, 2});
    }

    @Test
    void eightBitColoursKeepWhatIsDeclaredToBeNone() {
        assertThat(greys(TestTiff.little().page(3, 1, 1, 8).text(42113, "255").strips(bytes(0, 255, 7))))
                .containsExactly(0, 255, 7);
    }

    /** Tools that take a page out of a stack may leave it the description of the stack. */
    @Test
    void aPageThatWasTakenOutOfAStackIsAPicture() {
        String stack = "{\"shape\": [10, 40, 40]}";
        TestTiff tiff = TestTiff.little().page(40, 40, 1, 8).text(270, stack).strips(new byte[1600]);
        Path page = file(tiff);
        assertThat(ImageFiles.picture(page).width()).isEqualTo(40);
        assertThat(ImageFiles.samples(page).channels()).isEqualTo(1);
        assertThat(ImageFiles.storedMask(page).values()).hasSize(1600);
        byte[] noise = new byte[16000];
        new Random(3).nextBytes(noise);
        Path whole = file(TestTiff.little().page(40, 40, 1, 8).text(270, stack).strips(noise));
        assertThatThrownBy(() -> ImageFiles.storedMask(whole)).hasMessageContaining("speaks of 10 pages");
        Path packed = file(TestTiff.little()
                .page(40, 40, 1, 8)
                .tag(259, 8)
                .text(270, stack)
                .strips(Arrays.copyOf(deflated(new byte[1600]), 20000)));
        assertThat(ImageFiles.storedMask(packed).values()).hasSize(1600);
    }
}
