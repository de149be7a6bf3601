package dev.imas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.imas.common.Rng;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What looks alike, and how far apart the rest is. */
class AppearanceTest {
    private static RgbImage flat(int width, int height, int r, int g, int b) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) r;
            rgb[i + 1] = (byte) g;
            rgb[i + 2] = (byte) b;
        }
        return new RgbImage(width, height, rgb);
    }

    private static RgbImage noise(int side, long seed) {
        Rng random = Rng.of(seed, "noise");
        RgbImage image = RgbImage.black(side, side);
        for (int i = 0; i < image.rgb().length; i++) {
            image.rgb()[i] = (byte) random.integer(0, 256);
        }
        return image;
    }

    /** Of every channel; a quarter turn. */
    private static RgbImage turned(RgbImage image) {
        int side = image.width();
        RgbImage turned = RgbImage.black(side, side);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                System.arraycopy(image.rgb(), 3 * (y * side + x), turned.rgb(), 3 * (x * side + side - 1 - y), 3);
            }
        }
        return turned;
    }

    private static double distance(Picture one, Picture other) {
        return Appearance.of(one).distance(Appearance.of(other));
    }

    @Test
    void ofFlatPicturesTheDistanceIsTheRootMeanSquareDifferenceOfTheirColours() {
        assertThat(distance(flat(30, 20, 0, 0, 0), flat(70, 100, 255, 255, 255)))
                .isCloseTo(1, within(1e-6));
        double colours = Math.sqrt((0.2 * 0.2 + 0.4 * 0.4 + 0) / 3);
        assertThat(distance(flat(9, 9, 51, 0, 7), flat(200, 1, 0, 102, 7))).isCloseTo(colours, within(1e-6));
    }

    @Test
    void whereThingsLieAndHowLargeThePictureIsDoNotCount() {
        RgbImage picture = noise(40, 1);
        assertThat(distance(picture, turned(turned(picture)))).isLessThan(0.01);
        RgbImage larger = RgbImage.black(80, 80);
        for (int i = 0; i < 80 * 80; i++) {
            System.arraycopy(picture.rgb(), 3 * (i / 80 / 2 * 40 + i % 80 / 2), larger.rgb(), 3 * i, 3);
        }
        assertThat(distance(flat(40, 40, 3, 4, 5), flat(400, 300, 3, 4, 5))).isZero();
        assertThat(distance(picture, larger)).isLessThan(distance(picture, flat(40, 40, 128, 128, 128)));
    }

    @Test
    void edgesTellPicturesOfTheSameColoursApart() {
        RgbImage halves = RgbImage.black(64, 64);
        RgbImage stripes = RgbImage.black(64, 64);
        for (int i = 0; i < 64 * 64; i++) {
            Arrays.fill(halves.rgb(), 3 * i, 3 * i + 3, (byte) (i % 64 < 32 ? 255 : 0));
            Arrays.fill(stripes.rgb(), 3 * i, 3 * i + 3, (byte) (i % 4 < 2 ? 255 : 0));
        }
        assertThat(distance(halves, stripes)).isBetween(0.2, 1.0);
        assertThat(distance(halves, turned(halves))).isCloseTo(0, within(1e-6));
    }

    @Test
    void picturesOfAnyChannelsAreComparedAsThoseOfThree() {
        float[] low = new float[5 * 6 * 7];
        Arrays.fill(low, 0.25f);
        float[] high = new float[5 * 12 * 2];
        Arrays.fill(high, 0.75f);
        assertThat(distance(new FloatImage(6, 7, 5, low), new FloatImage(12, 2, 5, high)))
                .isCloseTo(0.5, within(1e-6));
    }
}
