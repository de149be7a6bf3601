package dev.imas.image;

import static dev.imas.image.TestFiles.bytes;
import static dev.imas.image.TestFiles.colours;
import static dev.imas.image.TestFiles.encode;
import static dev.imas.image.TestFiles.mask;
import static dev.imas.image.TestFiles.png;
import static dev.imas.image.TestFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a picture or mask is said in one line that names the file. */
class DamagedImagesTest {
    private static final byte[] NONE = {};

    @TempDir
    Path folder;

    private static void refused(ThrowingCallable reading, String message) {
        assertThatThrownBy(reading).isInstanceOf(UserException.class).hasMessage(message);
    }

    private Path file(String name, byte[] content) {
        return write(folder.resolve(name), content);
    }

    private void pictureRefused(String name, byte[] content, String message) {
        Path path = file(name, content);
        refused(() -> ImageFiles.picture(path), path + message);
    }

    private void maskRefused(Path path, String message) {
        refused(() -> labels(path), path + message);
    }

    @Test
    void whatIsNoFile() throws IOException {
        refused(
                () -> ImageFiles.picture(folder.resolve("none.png")),
                folder.resolve("none.png") + " does not exist; expected an image");
        refused(() -> ImageFiles.picture(folder), folder + " is a folder; expected an image");
        refused(() -> ImageFiles.picture(Path.of("/dev/zero")), "/dev/zero is a device or pipe; expected an image");
        pictureRefused("empty.png", NONE, " is empty; expected an image");
    }

    @Test
    void whatMayNotBeRead() throws IOException {
        Path path = file("a.png", encode(colours(4, 4), "png"));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(path), "this user reads everything");
        refused(() -> ImageFiles.picture(path), path + " may not be read by this user; expected an image");
    }

    @Test
    void whatIsNoImage() {
        pictureRefused(
                "a.jpg",
                "hello".getBytes(),
                " is not an image this program reads (PNG, JPEG, BMP, GIF, TIFF, WebP); it has 5 bytes");
    }

    @Test
    void aHugeHeaderTakesNoMemory() {
        pictureRefused(
                "huge.png",
                png(100_000, 100_000, 8, 2, NONE, bytes(0)),
                " is 100000x100000; an image may have 100000000 pixels at most");
        Path path = folder.resolve("huge.png");
        refused(() -> labels(path), path + " is 100000x100000; an image may have 100000000 pixels at most");
    }

    @Test
    void aHeaderThatPromisesTooManyRows() {
        pictureRefused(
                "short.png",
                png(4, 3, 8, 0, NONE, bytes(1, 2, 3, 4)),
                " cannot be read as an image (its data end early); it may be truncated or damaged");
    }

    /** After 1, 1 + step, 1 + 2 step ... bytes. */
    private void refusedWhereverCut(String name, byte[] whole, int step) {
        for (int length = 1; length < whole.length; length += step) {
            Path path = file(name, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ImageFiles.picture(path))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(path + " ")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
        }
    }

    @Test
    void aPngIsRefusedWhereverItIsCut() {
        byte[] whole = encode(colours(12, 9), "png");
        refusedWhereverCut("cut.png", whole, 1);
        pictureRefused(
                "noend.png",
                Arrays.copyOf(whole, whole.length - 12),
                " cannot be read as an image (it ends before its last chunk); it may be truncated or damaged");
        pictureRefused(
                "cut.png",
                Arrays.copyOf(whole, whole.length - 40),
                " cannot be read as an image (its chunk IDAT at byte 33 is longer than the rest of "
                        + "the file); it may be truncated or damaged");
    }

    @Test
    void aPngWithAChangedBitIsRefused() {
        byte[] damaged = encode(colours(40, 30), "png");
        damaged[damaged.length - 30] ^= 1;
        pictureRefused(
                "bit.png",
                damaged,
                " cannot be read as an image (its chunk IDAT at byte 33 has a wrong checksum); it "
                        + "may be truncated or damaged");
    }

    @Test
    void aJpegIsRefusedWhereverItIsCut() {
        byte[] whole = encode(colours(40, 30), "jpg");
        refusedWhereverCut("cut.jpg", whole, 7);
        pictureRefused(
                "cut.jpg",
                Arrays.copyOf(whole, whole.length - 30),
                " cannot be read as an image (its data end early); it may be truncated or damaged");
    }

    @Test
    void aJpegWithSomethingBehindItIsRead() {
        byte[] whole = encode(colours(40, 30), "jpg");
        assertThat(ImageFiles.picture(file("tail.jpg", Arrays.copyOf(whole, whole.length + 100)))
                        .rgb())
                .isEqualTo(ImageFiles.picture(file("whole.jpg", whole)).rgb());
    }

    @Test
    void masksOfAllKindsGiveTheirIndices() {
        byte[] expected = bytes(0, 3, 6, 255, 1, 2, 4, 5);
        byte[][] grey = {bytes(0, 3, 6, 255), bytes(1, 2, 4, 5)};
        assertThat(labels(mask(folder.resolve("palette.png"), 4, 2, 0, 3, 6, 255, 1, 2, 4, 5)))
                .isEqualTo(expected);
        assertThat(labels(file("grey.png", png(4, 2, 8, 0, NONE, grey)))).isEqualTo(expected);
        assertThat(labels(file(
                        "greyalpha.png",
                        png(4, 2, 8, 4, NONE, bytes(0, 9, 3, 9, 6, 9, 255, 9), bytes(1, 0, 2, 0, 4, 0, 5, 0)))))
                .isEqualTo(expected);
        assertThat(labels(file(
                        "grey16.png",
                        png(4, 2, 16, 0, NONE, bytes(0, 0, 0, 3, 0, 6, 0, 255), bytes(0, 1, 0, 2, 0, 4, 0, 5)))))
                .isEqualTo(expected);
        BufferedImage rgba = new BufferedImage(4, 2, BufferedImage.TYPE_4BYTE_ABGR);
        for (int i = 0; i < 8; i++) {
            rgba.setRGB(i % 4, i / 4, 0x80000000 | (expected[i] & 255) * 0x010101);
        }
        assertThat(labels(file("rgba.png", encode(rgba, "png")))).isEqualTo(expected);
        assertThat(labels(file("bits1.png", png(4, 2, 1, 0, NONE, bytes(0b01010000), bytes(0b11000000)))))
                .isEqualTo(bytes(0, 1, 0, 1, 1, 1, 0, 0));
        assertThat(labels(file("bits2.png", png(4, 2, 2, 0, NONE, bytes(0b00011011), bytes(0b11100100)))))
                .isEqualTo(bytes(0, 1, 2, 3, 3, 2, 1, 0));
        assertThat(labels(file("bits4.png", png(4, 2, 4, 0, NONE, bytes(0x01, 0x23), bytes(0x45, 0x60)))))
                .isEqualTo(bytes(0, 1, 2, 3, 4, 5, 6, 0));
    }

    private static byte[] labels(Path path) {
        StoredMask stored = ImageFiles.storedMask(path, new ImageSize(4, 2));
        return MaskMeaning.indices(7, Set.of(255)).read(path, stored).labels();
    }

    @Test
    void masksThatDoNotFit() {
        maskRefused(
                mask(folder.resolve("label.png"), 4, 2, 0, 1, 2, 3, 4, 5, 7, 255),
                " holds label 7 at x=2, y=1; expected 0 to 6 or 255 (ignored); check data.classes");
        maskRefused(
                mask(folder.resolve("size.png"), 5, 2, 0),
                " is 5x2, its picture is 4x2; a mask must have its picture's size");
        maskRefused(
                file("colour.png", encode(colours(4, 2), "png")),
                " is a colour picture (#000003, #250503, #4a0a03, #6f0f03, #0b4703, #304c04, #555105, #7a5606; "
                        + "first at x=0, "
                        + "y=0); a mask holds class indices: save it as a palette or grey PNG, or say what its colours"
                        + " mean (data.labels)");
        maskRefused(
                file("lossy.jpg", encode(colours(4, 2), "jpg")),
                " is a JPEG, whose compression changes class indices; save masks as PNG");
        maskRefused(
                file("label16.png", png(4, 2, 16, 0, NONE, bytes(0, 0, 1, 0, 0, 0, 0, 0), new byte[8])),
                " holds label 256 at x=1, y=0; expected 0 to 6 or 255 (ignored); check data.classes");
        maskRefused(file("empty.png", NONE), " is empty; expected an image");
        maskRefused(folder.resolve("none.png"), " does not exist; expected an image");
    }
}
