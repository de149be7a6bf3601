package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageFiles;
import dev.imas.image.Pngs;
import dev.imas.image.RgbImage;
import dev.imas.image.Samples;
import dev.imas.image.Samples.Kind;
import dev.imas.image.TestChannels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored samples as a network sees them. */
class PictureReaderTest {
    @TempDir
    private Path folder;

    private static PictureInput input(Object channels, Object range) {
        return new PictureInput(
                Channels.parse(channels).orElseThrow(),
                PixelRange.parse(range).orElseThrow(),
                null,
                List.of(),
                List.of());
    }

    private static Samples samples(int channels, Kind kind, int bits, float... values) {
        return new Samples(values.length / channels, 1, channels, kind, bits, values, List.of());
    }

    private static float[] values(Object channels, Object range, Samples samples) {
        return ((FloatImage) new PictureReader(input(channels, range)).picture(samples, "a.tif")).values();
    }

    @Test
    void theRangeOfAFileIsItsDepth() {
        assertThat(values(2, "file", samples(2, Kind.UNSIGNED, 16, 0, 65535, 13107, 0)))
                .containsExactly(0, 1, 0.2f, 0);
        assertThat(values(1, "file", samples(1, Kind.UNSIGNED, 12, 0, 4095))).containsExactly(0, 1);
        assertThat(values(1, "file", samples(1, Kind.SIGNED, 8, -128, 127, -0.5f)))
                .containsExactly(0, 1, 0.5f);
        assertThat(values(1, "file", samples(1, Kind.FLOAT, 32, 0.25f, 1))).containsExactly(0.25f, 1);
    }

    /** As of files of such colours: a dark picture stays dark. */
    @Test
    void coloursOfEightBitsAreTakenAsTheyAre() {
        Samples dark = samples(3, Kind.UNSIGNED, 8, 0, 7, 20, 33, 5, 1);
        RgbImage seen = (RgbImage) new PictureReader(input("rgb", "auto")).picture(dark, "a.png");
        assertThat(seen.rgb()).containsExactly(0, 7, 20, 33, 5, 1);
        Samples deep = samples(3, Kind.UNSIGNED, 12, 0, 7, 20, 33, 5, 1);
        RgbImage stretched = (RgbImage) new PictureReader(input("rgb", "auto")).picture(deep, "a.png");
        assertThat(stretched.rgb()).contains(-1);
    }

    @Test
    void floatsBeyondOneNeedARange() {
        Samples samples = samples(1, Kind.FLOAT, 32, 0, 812.5f);
        assertThatThrownBy(() -> values(1, "file", samples))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.tif holds 812.5")
                .hasMessageContaining("data.range");
        assertThat(values(1, List.of(0, 1625), samples)).containsExactly(0, 0.5f);
    }

    @Test
    void chosenChannelsComeInTheirOrderEachInItsWindow() {
        Samples samples = samples(3, Kind.UNSIGNED, 16, 10, 20, 30, 40, 50, 60);
        assertThat(values(List.of(2, 0), List.of(List.of(0, 60), List.of(0, 20)), samples))
                .containsExactly(0.5f, 0.5f, 1, 1);
        assertThat(values(List.of(2, 0), List.of(0, 60), samples))
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(0.5f, 10 / 60f, 1, 40 / 60f);
    }

    @Test
    void aPictureCanBeItsOwnMeasure() {
        Samples samples = samples(2, Kind.SIGNED, 16, -5, 100, 5, 100, 0, 100);
        assertThat(values(2, "picture_percentile", samples)).containsExactly(0, 0, 1, 0, 0.5f, 0); // the second is flat
        float[] scores = values(2, "picture_zscore", samples);
        assertThat(scores[4]).isCloseTo(0.5f, within(1e-6f));
        assertThat(scores[2]).isCloseTo((float) (0.5 + Math.sqrt(1.5) / 10), within(1e-6f)); // 1.22 deviations of ten
    }

    @Test
    void otherChannelsAreRefusedByName() {
        Samples samples = samples(5, Kind.UNSIGNED, 16, 1, 2, 3, 4, 5);
        assertThatThrownBy(() -> values(2, "file", samples))
                .hasMessage("a.tif has 5 channels; data.channels is 2, which needs 2 channels");
        assertThatThrownBy(() -> values(List.of(0, 5), "file", samples))
                .hasMessage("a.tif has 5 channels; data.channels is [0, 5],"
                        + " which needs channels up to number 5 (counted from 0)");
        assertThatThrownBy(() -> new PictureReader(input("rgb", List.of(0, 9))).picture(samples, "a.tif"))
                .hasMessage("a.tif has 5 channels; expected one (grey) or three, as data.channels is rgb;"
                        + " a network for all of them is trained with data.channels=5");
    }

    @Test
    void rulesOverADataSetNeedOne() {
        assertThatThrownBy(() -> values(1, "percentile", samples(1, Kind.UNSIGNED, 16, 1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("data.range=picture_percentile");
    }

    @Test
    void eightBitColoursAreWhatTheyWere() {
        Path file = folder.resolve("a.png");
        RgbImage dark = new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6});
        Pngs.write(file, dark);
        for (String range : List.of("auto", "file")) {
            RgbImage found = (RgbImage) new PictureReader(input("rgb", range)).read(file);
            assertThat(found.rgb()).containsExactly(dark.rgb());
        }
    }

    @Test
    void twelveBitsInSixteenAreNotBlack() {
        Path file = folder.resolve("dim.png");
        TestChannels.grey16(file, 4, 1, 0, 1000, 2000, 4000);
        List<String> notes = new ArrayList<>();
        RgbImage found = (RgbImage) new PictureReader(input("rgb", "auto"), notes::add).read(file);
        assertThat(found.rgb()).containsExactly(bytes(0, 0, 0, 64, 64, 64, 128, 128, 128, 255, 255, 255));
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("dim.png", " holds 0 to 4000, and the range of its file is 0 to 65535: ", "data.range");
        assertThat(((RgbImage) new PictureReader(input("rgb", List.of(0, 8000))).read(file)).rgb())
                .endsWith(bytes(128, 128, 128));
        assertThat(((RgbImage) new PictureReader(input("rgb", "file"), notes::add).read(file)).rgb())
                .startsWith(bytes(0, 0, 0, 3, 3, 3, 7));
        assertThat(notes).hasSize(2).last().asString().contains("dim.png is dark");
    }

    @Test
    void sixteenBitsInUseAreTheUpperEight() {
        Path file = folder.resolve("bright.png");
        TestChannels.grey16(file, 3, 1, 0, 30000, 65535);
        List<String> notes = new ArrayList<>();
        RgbImage found = (RgbImage) new PictureReader(input("rgb", "auto"), notes::add).read(file);
        assertThat(found.rgb()).containsExactly(ImageFiles.picture(file).rgb());
        assertThat(notes).isEmpty();
    }

    @Test
    void aPictureOfNoDataIsBlackAndNotCalledDark() {
        Path none = folder.resolve("none.tif");
        TestChannels.noData16(none, 2, 1, 7, 7, 7);
        List<String> notes = new ArrayList<>();
        for (String range : List.of("auto", "file", "picture_percentile")) {
            PictureReader reader = new PictureReader(input("rgb", range), notes::add);
            assertThat(((RgbImage) reader.read(none)).rgb()).containsOnly(0);
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void channelsOfOneFile() {
        Path file = folder.resolve("five.tif");
        TestChannels.tiff16(file, 2, 1, 5, 1, 2, 3, 4, 5, 11, 12, 13, 14, 15);
        FloatImage chosen = (FloatImage) new PictureReader(input(List.of(4, 0), List.of(0, 100))).read(file);
        assertThat(chosen.values()).containsExactly(0.05f, 0.01f, 0.15f, 0.11f);
        assertThatThrownBy(() -> new PictureReader(input("rgb", "auto")).read(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("five.tif has 5 channels; expected one (grey) or three");
    }

    @Test
    void filesOfOneChannelEachAreOnePicture() {
        for (int c = 0; c < 3; c++) {
            TestChannels.grey16(folder.resolve("cell_000" + c + ".png"), 2, 1, 10 * c + 1, 10 * c + 2);
        }
        TestChannels.grey16(folder.resolve("other.png"), 2, 1, 5, 6);
        List<Path> files = List.of(
                folder.resolve("cell_0000.png"),
                folder.resolve("cell_0001.png"),
                folder.resolve("cell_0002.png"),
                folder.resolve("other.png"));
        Channels three = Channels.of(3);
        ChannelFiles family = new ChannelFiles(three);
        assertThat(family.pictures(files)).containsExactly(files.get(0), files.get(3));
        assertThat(family.name(files.get(0))).isEqualTo("cell");
        assertThat(family.name(files.get(3))).isEqualTo("other");
        FloatImage read = (FloatImage) new PictureReader(input(3, List.of(0, 100))).read(files.get(0));
        assertThat(read.values()).containsExactly(0.01f, 0.11f, 0.21f, 0.02f, 0.12f, 0.22f);
        assertThat(new ChannelFiles(Channels.RGB).pictures(files)).isEqualTo(files);
        assertThat(new ChannelFiles(Channels.of(1)).name(files.get(0))).isEqualTo("cell");
        assertThat(new ChannelFiles(Channels.RGB).name(files.get(0))).isEqualTo("cell_0000");
        assertThatThrownBy(() -> new PictureReader(input(4, "file")).read(files.get(0)))
                .hasMessageContaining("cell_0000.png has 3 channels")
                .hasMessageContaining("needs 4 channels");
    }

    @Test
    void theFilesOfAPictureHaveOneSize() throws Exception {
        TestChannels.grey16(folder.resolve("a_0000.png"), 2, 1, 1, 2);
        TestChannels.grey16(folder.resolve("a_0001.png"), 1, 2, 1, 2);
        assertThatThrownBy(() -> new PictureReader(input(2, "file")).read(folder.resolve("a_0000.png")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a_0001.png has 1 channel of 1x2 pixels")
                .hasMessageContaining("a_0000.png has 1 channel of 2x1 pixels");
        Files.delete(folder.resolve("a_0001.png"));
        assertThatThrownBy(() -> new PictureReader(input(2, "file")).read(folder.resolve("a_0000.png")))
                .hasMessageContaining("a_0000.png has 1 channel; data.channels is 2");
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Whoever has a picture in memory sees what a file of it would show. */
    @Test
    void picturesInMemoryAreBroughtIntoTheRangeToo() throws IOException {
        BufferedImage deep = new BufferedImage(4, 2, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < 8; i++) {
            deep.getRaster().setSample(i % 4, i / 4, 0, 101 + 250 * i);
        }
        Path file = folder.resolve("deep.png");
        ImageIO.write(deep, "png", file.toFile());
        BufferedImage bytes = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 8; i++) {
            bytes.setRGB(i % 4, i / 4, 0x010203 * 8 * i);
        }
        Path shallow = folder.resolve("bytes.png");
        ImageIO.write(bytes, "png", shallow.toFile());
        for (Object range : List.of("file", "auto", "picture_percentile", List.of(101, 1851))) {
            PictureReader reader = new PictureReader(input("rgb", range));
            assertThat(((RgbImage) reader.picture(deep, "it")).rgb())
                    .as("%s", range)
                    .isEqualTo(((RgbImage) reader.read(file)).rgb());
        }
        for (Object range : List.of("file", "auto", "picture_percentile", List.of(8, 100))) {
            PictureReader reader = new PictureReader(input("rgb", range));
            byte[] expected = ((RgbImage) reader.read(shallow)).rgb();
            assertThat(((RgbImage) reader.picture(bytes, "it")).rgb())
                    .as("%s", range)
                    .isEqualTo(expected);
            assertThat(((RgbImage) reader.picture(RgbImage.of(bytes), "it")).rgb())
                    .as("%s", range)
                    .isEqualTo(expected);
        }
        assertThatThrownBy(() -> new PictureReader(input("rgb", List.of(101, 1851))).picture(bytes, "the picture"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the picture has 8-bit samples, 0 to 255; data.range is 101 to 1851");
    }
}
