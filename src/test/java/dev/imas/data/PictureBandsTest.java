package dev.imas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.UserException;
import dev.imas.config.Channels;
import dev.imas.config.PictureInput;
import dev.imas.config.PixelRange;
import dev.imas.image.FloatImage;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import dev.imas.image.TestChannels;
import dev.imas.image.TestFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A picture that is read by rows is the one that is read at once, its range too. */
class PictureBandsTest {
    @TempDir
    Path folder;

    private static PictureInput input(Object channels, Object range) {
        Channels parsed = Channels.parse(channels).orElseThrow();
        List<Double> ones =
                IntStream.range(0, parsed.count()).mapToObj(c -> 1.0).toList();
        return new PictureInput(parsed, PixelRange.parse(range).orElseThrow(), null, ones, ones);
    }

    private static List<Picture> bands(PictureReader reader, Path file) {
        List<Picture> bands = new ArrayList<>();
        try (PictureBands open = reader.bands(file).orElseThrow().get()) {
            for (int y = 0; y < open.size().height(); ) {
                Picture next = open.next();
                bands.add(next);
                y += next.height();
            }
        }
        return bands;
    }

    private static float[] values(Picture picture) {
        if (picture instanceof FloatImage image) {
            return image.values();
        }
        byte[] rgb = ((RgbImage) picture).rgb();
        float[] values = new float[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            values[i] = rgb[i] & 255;
        }
        return values;
    }

    private static void assertSame(PictureReader reader, Path file) {
        List<Picture> bands = bands(reader, file);
        float[] whole = values(reader.read(file));
        int at = 0;
        for (Picture band : bands) {
            float[] part = values(band);
            for (float value : part) {
                assertThat(value).isEqualTo(whole[at++]);
            }
        }
        assertThat(at).isEqualTo(whole.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "auto", "picture_percentile", "picture_zscore"})
    void theRangeIsThatOfTheWholePicture(String range) {
        int width = 300;
        int height = 400;
        int[] values = IntStream.range(0, width * height * 3)
                .map(i -> 500 + i * 37 % 3000 + i / 200)
                .toArray();
        Path three = folder.resolve("three.tif");
        TestChannels.tiff16(three, width, height, 3, values);
        assertSame(new PictureReader(input(List.of(2, 0), range)), three);
        Path grey = folder.resolve("grey.png");
        TestChannels.grey16(
                grey, width, height, IntStream.of(values).limit(width * height).toArray());
        assertSame(new PictureReader(input("rgb", range)), grey);
        Path colours = TestFiles.picture(folder.resolve("colours.png"), width, height);
        assertSame(new PictureReader(input("rgb", range)), colours);
    }

    @Test
    void otherChannelsAreRefusedBeforeAnyRow() {
        Path three = folder.resolve("three.tif");
        TestChannels.tiff16(three, 3, 2, 3, IntStream.range(0, 18).toArray());
        PictureReader reader = new PictureReader(input(2, "file"));
        assertThatThrownBy(() -> reader.bands(three))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(three + " has 3 channels");
    }
}
