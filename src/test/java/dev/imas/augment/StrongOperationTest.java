package dev.imas.augment;

import static dev.imas.augment.TestPictures.copy;
import static dev.imas.augment.TestPictures.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import dev.imas.image.ImageSize;
import dev.imas.image.RgbImage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StrongOperationTest {
    private static final ImageSize SIZE = new ImageSize(32, 17);

    @ParameterizedTest
    @EnumSource(StrongOperation.class)
    void keepsTheSizeAndTheArgument(StrongOperation operation) {
        for (ImageSize size : TestPictures.SIZES) {
            RgbImage image = TestPictures.picture(size, 5);
            RgbImage before = copy(image);
            double magnitude = operation.magnitude(Rng.of(7, "magnitude", size.width())::uniform);
            RgbImage found = operation.apply(image, magnitude);
            assertThat(same(image, before)).isTrue();
            assertThat(found.width()).isEqualTo(size.width());
            assertThat(found.height()).isEqualTo(size.height());
            assertThat(same(operation.apply(image, magnitude), found)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(StrongOperation.class)
    void mapsAConstantPictureToAConstantOne(StrongOperation operation) {
        for (ImageSize size : TestPictures.SIZES) {
            RgbImage found = operation.apply(TestPictures.constant(size, 40, 90, 200), operation.magnitude(() -> 0.4));
            RgbImage expected = TestPictures.constant(size, found.rgb()[0], found.rgb()[1], found.rgb()[2]);
            assertThat(same(found, expected)).isTrue();
        }
    }

    @Property(tries = 300)
    void magnitudesStayInTheirRange(@ForAll @DoubleRange(min = 0, max = 1, maxIncluded = false) double u) {
        for (StrongOperation operation : StrongOperation.values()) {
            assertThat(Math.abs(operation.magnitude(() -> u))).isBetween(operation.lo(), operation.hi());
        }
    }

    @Test
    void magnitudesFollowTheDraw() {
        assertThat(StrongOperation.BLUR.magnitude(() -> 0)).isEqualTo(0.1);
        assertThat(StrongOperation.SHARPNESS.magnitude(() -> 0)).isEqualTo(0.95);
        assertThat(StrongOperation.SHARPNESS.magnitude(() -> 0.5)).isCloseTo(0.525425, within(1e-12));
        assertThat(StrongOperation.POSTERIZE.magnitude(() -> 0)).isEqualTo(7);
        assertThat(StrongOperation.SOLARIZE.magnitude(() -> 0.999999)).isEqualTo(1);
        assertThat(StrongOperation.HUE.magnitude(() -> 0.4)).isNegative();
        assertThat(StrongOperation.HUE.magnitude(() -> 0.6)).isPositive();
    }

    @Test
    void invertingTwiceGivesThePictureBack() {
        RgbImage image = TestPictures.picture(SIZE, 2);
        assertThat(same(Tone.invert(image), image)).isFalse();
        assertThat(same(Tone.invert(Tone.invert(image)), image)).isTrue();
    }

    @Test
    void operationsThatReachAFixedPointStayThere() {
        RgbImage image = TestPictures.picture(SIZE, 2);
        RgbImage stretched = Tone.autocontrast(image);
        assertThat(same(Tone.autocontrast(stretched), stretched)).isTrue();
        RgbImage coarse = Tone.posterize(image, 4);
        assertThat(same(Tone.posterize(coarse, 4), coarse)).isTrue();
        RgbImage colourless = Enhance.color(image, 0);
        assertThat(same(Enhance.color(colourless, 0), colourless)).isTrue();
        assertThat(same(Enhance.color(colourless, 0.3), colourless)).isTrue();
    }

    @Test
    void autocontrastUsesTheWholeRange() {
        byte[] rgb = Tone.autocontrast(TestPictures.picture(SIZE, 2)).rgb();
        for (int c = 0; c < 3; c++) {
            int lo = 255;
            int hi = 0;
            for (int p = c; p < rgb.length; p += 3) {
                lo = Math.min(lo, rgb[p] & 255);
                hi = Math.max(hi, rgb[p] & 255);
            }
            assertThat(lo).isZero();
            assertThat(hi).isEqualTo(255);
        }
    }

    @Test
    void neutralMagnitudesChangeNothing() {
        RgbImage image = TestPictures.picture(SIZE, 2);
        assertThat(same(Enhance.contrast(image, 1), image)).isTrue();
        assertThat(same(Enhance.brightness(image, 1), image)).isTrue();
        assertThat(same(Enhance.color(image, 1), image)).isTrue();
        assertThat(same(Enhance.sharpness(image, 1), image)).isTrue();
        assertThat(same(Tone.posterize(image, 8), image)).isTrue();
        assertThat(same(Tone.solarize(image, 256), image)).isTrue();
        assertThat(same(GaussianBlur.apply(image, 0), image)).isTrue();
    }

    @Test
    void brightnessZeroIsBlackAndLargeFactorsClip() {
        RgbImage image = TestPictures.constant(SIZE, 10, 100, 200);
        assertThat(same(Enhance.brightness(image, 0), TestPictures.constant(SIZE, 0, 0, 0)))
                .isTrue();
        assertThat(same(Enhance.brightness(image, 2), TestPictures.constant(SIZE, 20, 200, 255)))
                .isTrue();
        assertThat(same(
                        Enhance.contrast(TestPictures.picture(SIZE, 1), -1e9),
                        Tone.invert(TestPictures.picture(SIZE, 1))))
                .isFalse();
    }

    @Property(tries = 300)
    void blurAgreesWithThePlainDefinition(
            @ForAll @IntRange(min = 1, max = 12) int width,
            @ForAll @IntRange(min = 1, max = 12) int height,
            @ForAll @DoubleRange(min = 0.01, max = 7) double sigma) {
        RgbImage image = TestPictures.picture(new ImageSize(width, height), width + 13L * height);
        assertThat(GaussianBlur.apply(image, sigma).rgb()).isEqualTo(plainBlur(image, (float) sigma));
    }

    @Test
    void smoothingAgreesWithThePlainDefinition() {
        RgbImage image = TestPictures.picture(new ImageSize(19, 11), 8);
        byte[] rgb = image.rgb();
        byte[] expected = rgb.clone();
        for (int y = 1; y < 10; y++) {
            for (int i = 3; i < 18 * 3; i++) {
                float sum = 0;
                for (int dy = -1; dy <= 1; dy++) {
                    for (int dx = -1; dx <= 1; dx++) {
                        sum += (dx == 0 && dy == 0 ? 5 : 1) * (rgb[(y + dy) * 57 + i + 3 * dx] & 255);
                    }
                }
                expected[y * 57 + i] = (byte) Math.round(sum / 13);
            }
        }
        assertThat(Enhance.sharpness(image, 0).rgb()).isEqualTo(expected);
    }

    @Test
    void refusesWhatNoOperationKnows() {
        RgbImage image = TestPictures.picture(SIZE, 2);
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            for (StrongOperation operation : new StrongOperation[] {
                StrongOperation.BLUR,
                StrongOperation.CONTRAST,
                StrongOperation.BRIGHTNESS,
                StrongOperation.COLOR,
                StrongOperation.SHARPNESS,
                StrongOperation.HUE
            }) {
                assertThatThrownBy(() -> operation.apply(image, bad)).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThatThrownBy(() -> GaussianBlur.apply(image, -0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-0.1");
        assertThatThrownBy(() -> Tone.posterize(image, 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("9");
        assertThatThrownBy(() -> Tone.posterize(image, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Pixel by pixel, three times along the rows, three times along the columns. */
    private static byte[] plainBlur(RgbImage image, float sigma) {
        float variance = sigma * sigma / 3;
        float length = (float) Math.sqrt(12.0 * variance + 1);
        float l = (float) Math.floor((length - 1.0) / 2);
        float radius = l + (2 * l + 1) * (l * (l + 1) - 3 * variance) / (6 * (variance - (l + 1) * (l + 1)));
        int k = (int) radius;
        long whole = (long) ((1 << 24) / (radius * 2 + 1));
        long partial = ((1 << 24) - (2 * k + 1) * whole) / 2;
        byte[] current = image.rgb();
        for (int pass = 0; pass < 6; pass++) {
            byte[] next = new byte[current.length];
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < image.width(); x++) {
                    for (int c = 0; c < 3; c++) {
                        long sum = 1 << 23;
                        for (int d = -k - 1; d <= k + 1; d++) {
                            int sx = pass < 3 ? Math.max(0, Math.min(image.width() - 1, x + d)) : x;
                            int sy = pass < 3 ? y : Math.max(0, Math.min(image.height() - 1, y + d));
                            sum += (Math.abs(d) <= k ? whole : partial)
                                    * (current[(sy * image.width() + sx) * 3 + c] & 255);
                        }
                        next[(y * image.width() + x) * 3 + c] = (byte) (sum >> 24);
                    }
                }
            }
            current = next;
        }
        return current;
    }
}
