package dev.imas.image;

import static dev.imas.image.TestFiles.bytes;
import static dev.imas.image.TestFiles.chunk;
import static dev.imas.image.TestFiles.colour;
import static dev.imas.image.TestFiles.colours;
import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.pixel;
import static dev.imas.image.TestFiles.png;
import static dev.imas.image.TestFiles.withSegment;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
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

class ImageFilesTest {
    private static final byte[] NONE = {};

    @TempDir
    Path folder;

    private RgbImage picture(String name, byte[] file) {
        return ImageFiles.picture(write(folder.resolve(name), file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "tif"})
    void losslessFormatsKeepEveryPixel(String format) {
        RgbImage image = picture("a." + format, encode(colours(19, 7), format));
        assertThat(image.width()).isEqualTo(19);
        assertThat(image.height()).isEqualTo(7);
        for (int y = 0; y < 7; y++) {
            for (int x = 0; x < 19; x++) {
                assertThat(pixel(image, x, y)).isEqualTo(colour(x, y));
            }
        }
    }

    @Test
    void alphaIsDropped() {
        BufferedImage rgba = new BufferedImage(5, 3, BufferedImage.TYPE_4BYTE_ABGR);
        rgba.setRGB(2, 1, 0x40123456);
        rgba.setRGB(4, 2, 0x00FEDCBA);
        RgbImage image = picture("rgba.png", encode(rgba, "png"));
        assertThat(pixel(image, 2, 1)).isEqualTo(0x123456);
        assertThat(pixel(image, 4, 2)).isEqualTo(0xFEDCBA);
    }

    @Test
    void greyIsRepeatedAsStored() {
        RgbImage image = picture("grey.png", png(3, 1, 8, 0, NONE, bytes(0, 100, 255)));
        assertThat(image.rgb()).containsExactly(bytes(0, 0, 0, 100, 100, 100, 255, 255, 255));
    }

    @Test
    void greyWithAlpha() {
        assertThat(picture("la.png", png(2, 1, 8, 4, NONE, bytes(77, 0, 200, 128)))
                        .rgb())
                .containsExactly(bytes(77, 77, 77, 200, 200, 200));
        byte[] transparent = chunk("tRNS", bytes(0, 77));
        assertThat(picture("trns.png", png(2, 1, 8, 0, transparent, bytes(77, 200)))
                        .rgb())
                .containsExactly(bytes(77, 77, 77, 200, 200, 200));
    }

    @Test
    void fewBitsAreStretched() {
        assertThat(picture("1.png", png(3, 1, 1, 0, NONE, bytes(0b01000000))).rgb())
                .containsExactly(bytes(0, 0, 0, 255, 255, 255, 0, 0, 0));
        assertThat(picture("2.png", png(4, 1, 2, 0, NONE, bytes(0b00011011))).rgb())
                .containsExactly(bytes(0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255));
        assertThat(picture("4.png", png(2, 1, 4, 0, NONE, bytes(0x1F))).rgb())
                .containsExactly(bytes(17, 17, 17, 255, 255, 255));
    }

    @Test
    void of16BitsTheUpper8AreKept() {
        assertThat(picture("g16.png", png(2, 1, 16, 0, NONE, bytes(0x12, 0xFF, 0xFF, 0x00)))
                        .rgb())
                .containsExactly(bytes(0x12, 0x12, 0x12, 0xFF, 0xFF, 0xFF));
        assertThat(picture("rgb16.png", png(1, 1, 16, 2, NONE, bytes(0x12, 0xFF, 0x80, 0, 0xFE, 0x99)))
                        .rgb())
                .containsExactly(bytes(0x12, 0x80, 0xFE));
        assertThat(picture("rgba16.png", png(1, 1, 16, 6, NONE, bytes(0x12, 0xFF, 0x80, 0, 0xFE, 0x99, 0, 1)))
                        .rgb())
                .containsExactly(bytes(0x12, 0x80, 0xFE));
    }

    @Test
    void palettesAreLookedUpAndTheirTransparencyIsDropped() {
        byte[] palette = chunk("PLTE", bytes(10, 20, 30, 40, 50, 60, 70, 80, 90));
        byte[] transparency = chunk("tRNS", bytes(0, 128));
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(palette);
        both.writeBytes(transparency);
        assertThat(picture("p8.png", png(2, 1, 8, 3, both.toByteArray(), bytes(2, 0)))
                        .rgb())
                .containsExactly(bytes(70, 80, 90, 10, 20, 30));
        assertThat(picture("p2.png", png(3, 1, 2, 3, both.toByteArray(), bytes(0b01001000)))
                        .rgb())
                .containsExactly(bytes(40, 50, 60, 10, 20, 30, 70, 80, 90));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void jpegBaselineAndProgressive(boolean progressive) throws IOException {
        RgbImage image = picture("a.jpg", jpeg(smooth(), progressive));
        assertThat(image.rgb()[0] & 255).isCloseTo(20, within(4));
        assertThat(image.rgb()[image.rgb().length - 1] & 255).isCloseTo(230, within(4));
    }

    /** Camera orientation; the picture is bright in the stored top left quarter alone. */
    @ParameterizedTest
    @CsvSource({
        "1,32,16,0,0",
        "2,32,16,1,0",
        "3,32,16,1,1",
        "4,32,16,0,1",
        "5,16,32,0,0",
        "6,16,32,1,0",
        "7,16,32,1,1",
        "8,16,32,0,1"
    })
    void exifOrientationTurnsThePicture(int code, int width, int height, int right, int bottom) throws IOException {
        BufferedImage stored = new BufferedImage(32, 16, BufferedImage.TYPE_3BYTE_BGR);
        stored.createGraphics().fillRect(0, 0, 16, 8);
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            Path path = write(folder.resolve("a.jpg"), withSegment(jpeg(stored, false), 0xE1, exif(code, order)));
            RgbImage image = ImageFiles.picture(path);
            assertThat(ImageFiles.size(path))
                    .isEqualTo(new ImageSize(width, height))
                    .isEqualTo(new ImageSize(image.width(), image.height()));
            for (int i = 0; i < 4; i++) {
                int x = width / 4 + i % 2 * width / 2;
                int y = height / 4 + i / 2 * height / 2;
                boolean bright = i % 2 == right && i / 2 == bottom;
                assertThat(pixel(image, x, y) & 255)
                        .as("quarter %d, %s", i, order)
                        .isCloseTo(bright ? 255 : 0, within(12));
            }
        }
    }

    /** Rows and columns are exchanged differently by 5 to 8: told apart by single pixels. */
    @Test
    void everyOrientationMovesEveryPixel() {
        RgbImage stored = new RgbImage(3, 2, bytes(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6));
        int[][] expected = {
            {1, 2, 3, 4, 5, 6},
            {3, 2, 1, 6, 5, 4},
            {6, 5, 4, 3, 2, 1},
            {4, 5, 6, 1, 2, 3},
            {1, 4, 2, 5, 3, 6},
            {4, 1, 5, 2, 6, 3},
            {6, 3, 5, 2, 4, 1},
            {3, 6, 2, 5, 1, 4}
        };
        for (int code = 1; code <= 8; code++) {
            byte[] shown = new Orientation(code).shown(stored).rgb();
            for (int i = 0; i < 6; i++) {
                assertThat(shown[3 * i]).as("code %d, pixel %d", code, i).isEqualTo((byte) expected[code - 1][i]);
            }
        }
    }

    @Test
    void senselessExifMeansAsStored() throws IOException {
        byte[] jpeg = jpeg(smooth(), false);
        byte[] valid = exif(6, ByteOrder.BIG_ENDIAN);
        int endOfMark = valid.length - 4;
        for (int length = 0; length < endOfMark; length++) {
            RgbImage image = picture("cut.jpg", withSegment(jpeg, 0xE1, Arrays.copyOf(valid, length)));
            assertThat(image.width()).isEqualTo(64);
        }
        for (int code : new int[] {0, 9, -1}) {
            assertThat(picture("code.jpg", withSegment(jpeg, 0xE1, exif(code, ByteOrder.LITTLE_ENDIAN)))
                            .width())
                    .isEqualTo(64);
        }
    }

    /** Inks are stored inverted, as Adobe's writers do with or without saying so. */
    @Test
    void cmykIsMultipliedOut() throws IOException {
        WritableRaster inverted = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
        for (int i = 0; i < 256; i++) {
            inverted.setPixel(i % 16, i / 16, new int[] {255, 105, 155, 127});
        }
        byte[] plain = jpeg(new IIOImage(inverted, null, null), false);
        byte[] adobe = withSegment(plain, 0xEE, bytes('A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0));
        for (byte[] file : new byte[][] {plain, adobe}) {
            RgbImage image = picture("cmyk.jpg", file);
            assertThat(image.rgb()[0] & 255).isCloseTo(255 * 127 / 255, within(3));
            assertThat(image.rgb()[1] & 255).isCloseTo(105 * 127 / 255, within(3));
            assertThat(image.rgb()[2] & 255).isCloseTo(155 * 127 / 255, within(3));
        }
    }

    private static BufferedImage smooth() {
        BufferedImage image = new BufferedImage(64, 32, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < 64 * 32; i++) {
            image.setRGB(i % 64, i / 64, (20 + i % 64) << 16 | 100 << 8 | (199 + i / 64));
        }
        return image;
    }

    static byte[] progressive(BufferedImage image) throws IOException {
        return jpeg(image, true);
    }

    private static byte[] jpeg(BufferedImage image, boolean progressive) throws IOException {
        return jpeg(new IIOImage(image, null, null), progressive);
    }

    private static byte[] jpeg(IIOImage image, boolean progressive) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(0.98f);
        param.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(stream);
            writer.write(null, image, param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static byte[] exif(int code, ByteOrder order) {
        ByteBuffer block = ByteBuffer.allocate(6 + 8 + 2 + 2 * 12 + 4)
                .put("Exif\0\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .order(order);
        block.put(order == ByteOrder.BIG_ENDIAN ? bytes('M', 'M') : bytes('I', 'I'))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 2);
        block.putShort((short) 0x0100).putShort((short) 4).putInt(1).putInt(32);
        block.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) code)
                .putShort((short) 0);
        return block.putInt(0).array();
    }
}
