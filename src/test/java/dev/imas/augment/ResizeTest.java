package dev.imas.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResizeTest {
    @Property(tries = 200)
    void agreesWithThePlainFormula(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 70) int newWidth,
            @ForAll @IntRange(min = 1, max = 70) int newHeight) {
        RgbImage image = TestPictures.picture(new ImageSize(width, height), width * 41L + height);
        assertThat(Resize.bilinear(image, newWidth, newHeight).rgb()).isEqualTo(plain(image, newWidth, newHeight));
    }

    @Property(tries = 200)
    void aMirroredWindowIsTheFlippedPartOfTheWhole(
            @ForAll @IntRange(min = 1, max = 60) int width,
            @ForAll @IntRange(min = 1, max = 60) int height,
            @ForAll @IntRange(min = 0, max = 59) int x,
            @ForAll @IntRange(min = 0, max = 59) int y,
            @ForAll boolean mirrored) {
        ImageSize source = new ImageSize(33, 20);
        Window window = new Window(
                Math.min(x, width - 1),
                Math.min(y, height - 1),
                Math.max(1, (width - x) / 2),
                Math.max(1, (height - y) / 2));
        RgbImage image = TestPictures.picture(source, 3);
        RgbImage part = TestPictures.part(Resize.bilinear(image, width, height), window);
        RgbImage found = RgbImage.black(window.width(), window.height());
        Resize.bilinear(image, width, height, window, mirrored, found);
        assertThat(found.rgb()).isEqualTo((mirrored ? Flip.horizontal(part) : part).rgb());
        LabelMap map = TestPictures.labels(source, 5, 3);
        LabelMap labels = TestPictures.part(Resize.nearest(map, width, height), window);
        assertThat(Resize.nearest(map, width, height, window, mirrored).labels())
                .isEqualTo((mirrored ? Flip.horizontal(labels) : labels).labels());
    }

    /** Sizes as in training, and rows long enough for the vector loops and what is left over of them. */
    @Property(tries = 40)
    void agreesWithThePlainFormulaOnLargePictures(
            @ForAll @IntRange(min = 100, max = 300) int width,
            @ForAll @IntRange(min = 1, max = 60) int height,
            @ForAll @DoubleRange(min = 0.3, max = 2.5) double scale) {
        RgbImage image = TestPictures.noise(new ImageSize(width, height), width * 61L + height);
        ImageSize size = new ImageSize(width, height).times(scale);
        assertThat(Resize.bilinear(image, size.width(), size.height()).rgb())
                .isEqualTo(plain(image, size.width(), size.height()));
    }

    @Test
    void onlyTheUpperLeftCornerOfTheTargetIsWritten() {
        RgbImage target = TestPictures.constant(new ImageSize(9, 8), 1, 2, 3);
        RgbImage image = TestPictures.picture(new ImageSize(5, 5), 1);
        for (int side : new int[] {5, 7}) {
            RgbImage whole = Resize.bilinear(image, side, side);
            Resize.bilinear(image, side, side, new Window(0, 0, side, side), false, target);
            for (int y = 0; y < 8; y++) {
                for (int x = 0; x < 9; x++) {
                    boolean inside = x < side && y < side;
                    for (int c = 0; c < 3; c++) {
                        assertThat(target.rgb()[(y * 9 + x) * 3 + c])
                                .isEqualTo(inside ? whole.rgb()[(y * side + x) * 3 + c] : (byte) (c + 1));
                    }
                }
            }
        }
    }

    @Test
    void theSameSizeChangesNothing() {
        for (ImageSize size : TestPictures.SIZES) {
            RgbImage image = TestPictures.picture(size, 1);
            RgbImage resized = Resize.bilinear(image, size.width(), size.height());
            assertThat(resized.rgb()).isEqualTo(image.rgb()).isNotSameAs(image.rgb());
            LabelMap map = TestPictures.labels(size, 4, 1);
            assertThat(Resize.nearest(map, size.width(), size.height()).labels())
                    .isEqualTo(map.labels());
        }
    }

    @Test
    void aConstantPictureStaysConstant() {
        for (ImageSize from : TestPictures.SIZES) {
            for (ImageSize to : TestPictures.SIZES) {
                for (int grey : new int[] {0, 1, 127, 254, 255}) {
                    RgbImage found =
                            Resize.bilinear(TestPictures.constant(from, grey, 255, 7), to.width(), to.height());
                    assertThat(found.rgb())
                            .isEqualTo(TestPictures.constant(to, grey, 255, 7).rgb());
                }
            }
        }
    }

    @Test
    void aVeryLongRowIsAveraged() {
        int n = 40_000;
        byte[] rgb = new byte[n * 3];
        java.util.Arrays.fill(rgb, (byte) 255);
        assertThat(Resize.bilinear(new RgbImage(n, 1, rgb), 1, 1).rgb()).containsOnly(255);
    }

    @Test
    void nearestTakesTheMiddleOfEachCell() {
        LabelMap map = new LabelMap(4, 1, new byte[] {0, 1, 2, 3});
        assertThat(Resize.nearest(map, 2, 1).labels()).containsExactly(1, 3);
        assertThat(Resize.nearest(map, 8, 1).labels()).containsExactly(0, 0, 1, 1, 2, 2, 3, 3);
    }

    @Test
    void sizesFollowTheLongSideOrTheScale() {
        assertThat(new ImageSize(500, 375).withLongSide(250)).isEqualTo(new ImageSize(250, 188));
        assertThat(new ImageSize(334, 500).withLongSide(501)).isEqualTo(new ImageSize(335, 501));
        assertThat(new ImageSize(1000, 1).withLongSide(10)).isEqualTo(new ImageSize(10, 1));
        assertThat(new ImageSize(2048, 1024).times(0.6845)).isEqualTo(new ImageSize(1401, 700));
        assertThat(new ImageSize(1, 1).times(0.25)).isEqualTo(new ImageSize(1, 1));
    }

    @Test
    void refusesImpossibleSizes() {
        RgbImage image = TestPictures.picture(new ImageSize(4, 4), 1);
        assertThatThrownBy(() -> Resize.bilinear(image, 0, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x4");
        assertThatThrownBy(() -> Resize.bilinear(image, 4, 4, new Window(1, 0, 4, 4), false, image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not fit");
        assertThatThrownBy(() -> new Window(-1, 0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImageSize(3, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImageSize(3, 3).withLongSide(0)).isInstanceOf(IllegalArgumentException.class);
        for (double scale : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e12}) {
            assertThatThrownBy(() -> new ImageSize(3, 3).times(scale)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** The definition, axis by axis, in 22-bit fixed point with a rounding to 8 bits between. */
    private static byte[] plain(RgbImage image, int newWidth, int newHeight) {
        int[][] alongRows = new int[image.height()][newWidth * 3];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < newWidth; x++) {
                for (int c = 0; c < 3; c++) {
                    int row = y * image.width();
                    int channel = c;
                    alongRows[y][3 * x + c] =
                            plain(image.width(), newWidth, x, s -> image.rgb()[(row + s) * 3 + channel] & 255);
                }
            }
        }
        byte[] result = new byte[newWidth * newHeight * 3];
        for (int y = 0; y < newHeight; y++) {
            for (int i = 0; i < newWidth * 3; i++) {
                int column = i;
                result[y * newWidth * 3 + i] = (byte) plain(image.height(), newHeight, y, s -> alongRows[s][column]);
            }
        }
        return result;
    }

    private static int plain(int in, int out, int position, java.util.function.IntUnaryOperator source) {
        double scale = (double) in / out;
        double support = Math.max(scale, 1);
        double centre = (position + 0.5) * scale;
        int from = Math.max(0, (int) (centre - support + 0.5));
        int to = Math.min(in, (int) (centre + support + 0.5));
        double total = 0;
        for (int s = from; s < to; s++) {
            total += Math.max(0, 1 - Math.abs(s - centre + 0.5) / support);
        }
        long sum = 1 << 21;
        for (int s = from; s < to; s++) {
            double weight = Math.max(0, 1 - Math.abs(s - centre + 0.5) / support) / total;
            sum += (long) (0.5 + weight * (1 << 22)) * source.applyAsInt(s);
        }
        return (int) Math.min(255, sum >> 22);
    }
}
