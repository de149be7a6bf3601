package dev.imas.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.image.ImageSize;
import dev.imas.image.RgbImage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class HsvTest {
    @Test
    void agreesWithThePlainFormulasForEveryColour() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                for (int third = 0; third < 256; third++) {
                    if (Hsv.fromRgb(first, second, third) != plainHsv(first, second, third)
                            || Hsv.toRgb(first, second, third) != plainRgb(first, second, third)) {
                        throw new AssertionError("differs for (" + first + ", " + second + ", " + third + ")");
                    }
                }
            }
        }
    }

    @Property(tries = 50)
    void aShiftGoesThroughHueSaturationAndValue(
            @ForAll @DoubleRange(min = -1, max = 1) double share, @ForAll long seed) {
        RgbImage image = TestPictures.noise(new ImageSize(40, 25), seed);
        byte[] expected = new byte[image.rgb().length];
        for (int p = 0; p < expected.length; p += 3) {
            int hsv = plainHsv(image.rgb()[p] & 255, image.rgb()[p + 1] & 255, image.rgb()[p + 2] & 255);
            int rgb = plainRgb(hsv + (int) (share * 255) & 255, hsv >> 8 & 255, hsv >> 16);
            expected[p] = (byte) rgb;
            expected[p + 1] = (byte) (rgb >> 8);
            expected[p + 2] = (byte) (rgb >> 16);
        }
        assertThat(Hsv.shiftHue(image, share).rgb()).isEqualTo(expected);
    }

    @Test
    void greysHaveNeitherHueNorSaturation() {
        for (int v = 0; v < 256; v++) {
            assertThat(Hsv.fromRgb(v, v, v)).isEqualTo(v << 16);
            assertThat(Hsv.toRgb(77, 0, v)).isEqualTo(v | v << 8 | v << 16);
        }
    }

    @Test
    void aThirdOfTheCircleTurnsRedToGreen() {
        ImageSize one = new ImageSize(1, 1);
        assertThat(Hsv.shiftHue(TestPictures.constant(one, 255, 0, 0), 85 / 255.0)
                        .rgb())
                .containsExactly(0, 255, 0);
        assertThat(Hsv.shiftHue(TestPictures.constant(one, 0, 255, 0), -85 / 255.0)
                        .rgb())
                .containsExactly(255, 0, 0);
    }

    @Test
    void refusesMoreThanAFullTurn() {
        RgbImage image = TestPictures.constant(new ImageSize(1, 1), 1, 2, 3);
        assertThatThrownBy(() -> Hsv.shiftHue(image, 1.01))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.01");
    }

    private static int plainHsv(int red, int green, int blue) {
        int max = Math.max(red, Math.max(green, blue));
        int min = Math.min(red, Math.min(green, blue));
        if (max == min) {
            return max << 16;
        }
        float d = max - min;
        float rc = (max - red) / d;
        float gc = (max - green) / d;
        float bc = (max - blue) / d;
        float h;
        if (red == max) {
            h = bc - gc;
        } else if (green == max) {
            h = (float) (2.0 + rc - bc);
        } else {
            h = (float) (4.0 + gc - rc);
        }
        h = (float) ((h / 6.0 + 1.0) % 1.0);
        return (int) (h * 255.0) | (int) (d / max * 255.0) << 8 | max << 16;
    }

    private static int plainRgb(int hue, int saturation, int value) {
        int sixth = (int) Math.floor(hue * 6.0 / 255.0);
        float f = (float) (hue * 6.0 / 255.0 - sixth);
        float fs = (float) (saturation / 255.0);
        int p = (int) Math.round(value * (1.0 - fs));
        int q = (int) Math.round(value * (1.0 - fs * f));
        int t = (int) Math.round(value * (1.0 - fs * (1.0 - f)));
        return switch (sixth % 6) {
            case 0 -> value | t << 8 | p << 16;
            case 1 -> q | value << 8 | p << 16;
            case 2 -> p | value << 8 | t << 16;
            case 3 -> p | q << 8 | value << 16;
            case 4 -> t | p << 8 | value << 16;
            default -> value | p << 8 | q << 16;
        };
    }
}
