package dev.imas.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.config.ImasConfig.Augment;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Views of channels: against the views of the same numbers as colours, which round to 8 bits where these do not, and
 * where colours mix their channels, against plain computations.
 */
class ChannelViewsTest {
    private static final float LEVEL = 1 / 255f;
    /** That of colours. */
    private static final List<Double> PADDING = List.of(123 / 255.0, 116 / 255.0, 103 / 255.0);

    private static FloatImage floats(RgbImage image) {
        float[] values = new float[image.rgb().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (image.rgb()[i] & 255) / 255f;
        }
        return new FloatImage(image.width(), image.height(), 3, values);
    }

    private static void requireClose(FloatImage found, RgbImage expected, float tolerance) {
        FloatImage wanted = floats(expected);
        assertThat(found.width()).isEqualTo(expected.width());
        assertThat(found.height()).isEqualTo(expected.height());
        for (int i = 0; i < wanted.values().length; i++) {
            assertThat(found.values()[i]).as("value %d", i).isCloseTo(wanted.values()[i], within(tolerance));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "7,1", "13,9", "64,31", "65,48", "200,150"})
    void resizesAsColoursAre(int width, int height) {
        for (ImageSize size : TestPictures.SIZES) {
            RgbImage image = TestPictures.noise(size, 3);
            FloatImage found = FloatResize.bilinear(floats(image), width, height);
            requireClose(found, Resize.bilinear(image, width, height), 1.01f * LEVEL); // two roundings of a half
        }
    }

    @Test
    void ownSizeChangesNothing() {
        FloatImage image = floats(TestPictures.noise(new ImageSize(9, 5), 1));
        assertThat(FloatResize.bilinear(image, 9, 5).values()).containsExactly(image.values());
    }

    @ParameterizedTest
    @EnumSource(ResizeMode.class)
    void weakViewsAreThoseOfColours(ResizeMode mode) {
        boolean pixels = mode == ResizeMode.LONG_SIDE;
        Augment config = TestPictures.config(20, 30, mode, pixels ? 5 : 0.5, pixels ? 70 : 2, List.of())
                .with(augment -> augment.flipVertical(0.5).rotate90(0.75).foregroundCrops(0.5));
        for (long seed = 0; seed < 40; seed++) {
            ImageSize size = TestPictures.SIZES.get((int) seed % TestPictures.SIZES.size());
            RgbImage image = TestPictures.picture(size, seed);
            LabelMap labels = TestPictures.labels(size, 5, seed);
            WeakView.Result<RgbImage> colours = WeakView.apply(image, labels, config, Rng.of(seed, "weak")::uniform);
            WeakView.Result<Picture> channels =
                    WeakView.apply(floats(image), labels, config, PADDING, Rng.of(seed, "weak")::uniform);
            assertThat(channels.labels().labels())
                    .containsExactly(colours.labels().labels());
            requireClose((FloatImage) channels.image(), colours.image(), 1.01f * LEVEL);
        }
    }

    @Test
    void aCropLargerThanThePictureIsFilledWithItsChannelsMeans() {
        FloatImage image = new FloatImage(1, 1, 2, new float[] {0.5f, 0.75f});
        Augment config = TestPictures.config(16, 16, ResizeMode.NONE, 1, 1, List.of());
        FloatImage crop = (FloatImage) WeakView.apply(image, null, config, List.of(0.25, 0.125), () -> 0)
                .image();
        assertThat(crop.values()).startsWith(0.5f, 0.75f, 0.25f, 0.125f).hasSize(2 * 16 * 16);
        for (int i = 2; i < crop.values().length; i += 2) {
            assertThat(crop.values()[i]).isEqualTo(0.25f);
            assertThat(crop.values()[i + 1]).isEqualTo(0.125f);
        }
    }

    /** Operations that treat colours channel by channel agree with theirs up to the roundings to 8 bits. */
    @ParameterizedTest
    @EnumSource(
            value = StrongOperation.class,
            names = {"IDENTITY", "AUTOCONTRAST", "INVERT", "BLUR", "BRIGHTNESS", "SHARPNESS", "SOLARIZE"})
    void operationsAgreeWithThoseOnColours(StrongOperation operation) {
        for (ImageSize size : TestPictures.SIZES) {
            RgbImage image = TestPictures.picture(size, 8);
            double magnitude = operation.magnitude(() -> 0.4);
            float roundings = operation == StrongOperation.BLUR ? 4 : 2;
            requireClose(
                    operation.apply(floats(image), magnitude), operation.apply(image, magnitude), roundings * LEVEL);
        }
    }

    @ParameterizedTest
    @EnumSource(StrongOperation.class)
    void resultsLieInTheRangeAndArgumentsStay(StrongOperation operation) {
        for (double draw : new double[] {0, 0.3, 0.99}) {
            FloatImage image = channels(5, 23, 17);
            float[] before = image.values().clone();
            FloatImage found = operation.apply(image, operation.magnitude(() -> draw));
            assertThat(image.values()).containsExactly(before);
            assertThat(found.channels()).isEqualTo(5);
            for (float value : found.values()) {
                assertThat(value).isBetween(0f, 1f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = StrongOperation.class,
            names = {"IDENTITY", "HUE", "COLOR"})
    void hueAndColourMeanNothingToChannels(StrongOperation operation) {
        FloatImage image = channels(4, 9, 9);
        assertThat(operation.apply(image, operation.magnitude(() -> 0.7))).isSameAs(image);
    }

    @ParameterizedTest
    @EnumSource(StrongOperation.class)
    void eachChannelIsByItself(StrongOperation operation) {
        FloatImage image = channels(4, 19, 12);
        double magnitude = operation.magnitude(() -> 0.5);
        FloatImage all = operation.apply(image, magnitude);
        for (int c = 0; c < 4; c++) {
            FloatImage alone = operation.apply(new FloatImage(19, 12, 1, plane(image, c)), magnitude);
            assertThat(plane(all, c)).containsExactly(alone.values());
        }
    }

    @Test
    void contrastIsLoweredTowardsTheChannelsMean() {
        FloatImage image = new FloatImage(2, 1, 2, new float[] {0.2f, 1, 0.6f, 0});
        float[] found = StrongOperation.CONTRAST.apply(image, 0.5).values();
        assertThat(found[0]).isCloseTo(0.3f, within(1e-6f));
        assertThat(found[2]).isCloseTo(0.5f, within(1e-6f));
        assertThat(found[1]).isCloseTo(0.75f, within(1e-6f));
        assertThat(found[3]).isCloseTo(0.25f, within(1e-6f));
    }

    @Test
    void posterizeKeepsLevels() {
        FloatImage image = new FloatImage(4, 1, 1, new float[] {0, 0.49f, 0.51f, 1});
        assertThat(StrongOperation.POSTERIZE.apply(image, 1).values()).containsExactly(0, 0, 0.5f, 0.5f);
        assertThat(StrongOperation.POSTERIZE.apply(image, 4).values()).containsExactly(0, 7 / 16f, 8 / 16f, 15 / 16f);
    }

    @Test
    void equalizeGivesTheShareOfSmallerValues() {
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i / 1000f) * (i / 1000f);
        }
        float[] found = StrongOperation.EQUALIZE
                .apply(new FloatImage(1000, 1, 1, values), 0)
                .values();
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(i / 1000f, within(0.04f)); // the darkest bin holds 31 of the values
        }
        float[] constant = new float[12];
        Arrays.fill(constant, 0.3f);
        assertThat(StrongOperation.EQUALIZE
                        .apply(new FloatImage(4, 3, 1, constant), 0)
                        .values())
                .containsExactly(constant);
    }

    private static FloatImage channels(int channels, int width, int height) {
        Rng rng = Rng.of(4, "channels");
        float[] values = new float[width * height * channels];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.max(0, Math.min(1, 1.2 * rng.uniform() - 0.1));
        }
        return new FloatImage(width, height, channels, values);
    }

    private static float[] plane(FloatImage image, int channel) {
        float[] plane = new float[image.width() * image.height()];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = image.values()[i * image.channels() + channel];
        }
        return plane;
    }
}
