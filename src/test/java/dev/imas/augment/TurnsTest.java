package dev.imas.augment;

import static dev.imas.augment.TestPictures.same;
import static org.assertj.core.api.Assertions.assertThat;

import dev.imas.augment.WeakView.Geometry;
import dev.imas.common.Rng;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Padding;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Vertical flips, quarter turns and crops over foreground. */
class TurnsTest {
    private static final ImageSize SIZE = new ImageSize(32, 17);

    @Test
    void aTurnIsClockwise() {
        LabelMap map = new LabelMap(3, 2, new byte[] {1, 2, 3, 4, 5, 6});
        assertThat(QuarterTurn.of(map, 1)).satisfies(t -> isMap(t, 2, 3, 4, 1, 5, 2, 6, 3));
        assertThat(QuarterTurn.of(map, 2)).satisfies(t -> isMap(t, 3, 2, 6, 5, 4, 3, 2, 1));
        assertThat(QuarterTurn.of(map, 3)).satisfies(t -> isMap(t, 2, 3, 3, 6, 2, 5, 1, 4));
        assertThat(QuarterTurn.of(new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6}), 3)
                        .rgb())
                .containsExactly(4, 5, 6, 1, 2, 3);
    }

    private static void isMap(LabelMap map, int width, int height, int... labels) {
        assertThat(new int[] {map.width(), map.height()}).containsExactly(width, height);
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) labels[i];
        }
        assertThat(map.labels()).containsExactly(bytes);
    }

    @Property(tries = 100)
    void turnsAddUpAndWindowsFollow(
            @ForAll @IntRange(min = 0, max = 7) int number,
            @ForAll @IntRange(min = 0, max = 3) int turns,
            @ForAll long seed) {
        ImageSize size = TestPictures.SIZES.get(number);
        RgbImage image = TestPictures.picture(size, seed);
        RgbImage turned = QuarterTurn.of(image, turns);
        assertThat(same(QuarterTurn.of(turned, (4 - turns) % 4), image)).isTrue();
        RgbImage inSteps = image;
        for (int i = 0; i < turns; i++) {
            inSteps = QuarterTurn.of(inSteps, 1);
        }
        assertThat(same(inSteps, turned)).isTrue();
        Rng rng = Rng.of(seed, "window");
        int x = rng.integer(0, size.width());
        int y = rng.integer(0, size.height());
        Window window = new Window(x, y, rng.integer(1, size.width() - x + 1), rng.integer(1, size.height() - y + 1));
        Window there = QuarterTurn.of(window, size, turns);
        assertThat(QuarterTurn.before(there, size, turns)).isEqualTo(window);
        assertThat(same(TestPictures.part(turned, there), QuarterTurn.of(TestPictures.part(image, window), turns)))
                .isTrue();
    }

    /** The whole picture is resized, flipped, turned and extended, and then cut: the same bytes, labels too. */
    @Property(tries = 200)
    void aTurnedViewIsItsPartsOneAfterTheOther(
            @ForAll @IntRange(min = 0, max = 7) int number,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll long seed) {
        ImageSize size = TestPictures.SIZES.get(number);
        RgbImage image = TestPictures.picture(size, seed);
        LabelMap labels = TestPictures.labels(size, 3, seed);
        ImasConfig.Augment config = TestPictures.config(height, width, ResizeMode.SCALE, 0.5, 2, List.of())
                .withFlipVertical(0.5)
                .withRotate90(0.75);
        Geometry geometry = Geometry.draw(size, config, Rng.of(seed, "weak")::uniform);
        WeakView.Result<RgbImage> found = WeakView.apply(image, labels, geometry);
        int w = geometry.size().width();
        int h = geometry.size().height();
        RgbImage whole = Resize.bilinear(image, w, h);
        LabelMap map = Resize.nearest(labels, w, h);
        whole = QuarterTurn.of(geometry.mirrored() ? Flip.horizontal(whole) : whole, geometry.turns());
        map = QuarterTurn.of(geometry.mirrored() ? Flip.horizontal(map) : map, geometry.turns());
        assertThat(same(
                        found.image(),
                        TestPictures.part(Crop.pad(whole, width, height, Padding.MEAN), geometry.crop())))
                .isTrue();
        assertThat(found.labels().labels())
                .containsExactly(TestPictures.part(Crop.pad(map, width, height), geometry.crop())
                        .labels());
    }

    @Test
    void channelsTurnAsColoursDo() {
        ImasConfig.Augment config = TestPictures.config(9, 14, ResizeMode.NONE, 1, 1, List.of())
                .withFlipVertical(0.5)
                .withRotate90(0.75);
        RgbImage colours = TestPictures.picture(SIZE, 5);
        float[] values = new float[colours.rgb().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (colours.rgb()[i] & 255) / 255f;
        }
        FloatImage channels = new FloatImage(SIZE.width(), SIZE.height(), 3, values);
        for (long seed = 0; seed < 40; seed++) {
            RgbImage expected = WeakView.apply(colours, null, config, Rng.of(seed, "weak")::uniform)
                    .image();
            FloatImage found = (FloatImage)
                    WeakView.apply(channels, null, config, List.of(0.5, 0.5, 0.5), Rng.of(seed, "weak")::uniform)
                            .image();
            assertThat(found.width()).isEqualTo(expected.width());
            for (int i = 0; i < expected.rgb().length; i++) {
                assertThat(found.values()[i]).isEqualTo((expected.rgb()[i] & 255) / 255f);
            }
        }
    }

    @Test
    void aVerticalFlipTurnsUpsideDown() {
        ImasConfig.Augment config = whole().withFlipVertical(0.5);
        RgbImage image = TestPictures.picture(SIZE, 3);
        RgbImage found = WeakView.apply(image, null, Geometry.draw(SIZE, config, replay(0.9, 0.4, 0, 0)))
                .image();
        for (int y = 0; y < SIZE.height(); y++) {
            assertThat(same(
                            TestPictures.part(found, new Window(0, y, SIZE.width(), 1)),
                            TestPictures.part(image, new Window(0, SIZE.height() - 1 - y, SIZE.width(), 1))))
                    .isTrue();
        }
        Geometry both = Geometry.draw(SIZE, config, replay(0.1, 0.4, 0, 0));
        assertThat(same(WeakView.apply(image, null, both).image(), QuarterTurn.of(image, 2)))
                .isTrue();
    }

    /** All eight positions come, and a quarter turn changes the sides. */
    @Test
    void flipsAndTurnsGiveEveryPosition() {
        ImasConfig.Augment config = whole().withFlipVertical(0.5).withRotate90(0.75);
        Map<String, Integer> positions = new HashMap<>();
        Rng rng = Rng.of(1, "positions");
        for (int i = 0; i < 4000; i++) {
            Geometry g = Geometry.draw(SIZE, config, rng::uniform);
            positions.merge(g.mirrored() + " " + g.turns(), 1, Integer::sum);
        }
        assertThat(positions).hasSize(8);
        assertThat(positions.values()).allMatch(count -> count > 400 && count < 600);
    }

    @Test
    void whatIsOffDrawsNothing() {
        ImasConfig.Augment config = TestPictures.config(8, 8, ResizeMode.NONE, 1, 1, List.of());
        LabelMap labels = TestPictures.labels(SIZE, 3, 1);
        assertThat(Geometry.draw(SIZE, labels, config, replay(0.2, 0.5, 0.5)))
                .isEqualTo(new Geometry(SIZE, true, new Window(12, 5, 8, 8)));
        // Without labels there is no foreground to look for.
        assertThat(Geometry.draw(SIZE, config.withForegroundCrops(1), replay(0.2, 0.5, 0.5)))
                .isEqualTo(new Geometry(SIZE, true, new Window(12, 5, 8, 8)));
    }

    /** One pixel of class 2 and two of class 1 on a large background are met by every crop that is placed over them. */
    @Property(tries = 100)
    void aForegroundCropHoldsForeground(
            @ForAll @IntRange(min = 0, max = 3) int turns, @ForAll boolean mirrored, @ForAll long seed) {
        ImageSize size = new ImageSize(61, 45);
        Rng rng = Rng.of(seed, "place");
        LabelMap labels = new LabelMap(61, 45, new byte[61 * 45]);
        labels.labels()[rng.integer(0, 61 * 45)] = 2;
        labels.labels()[rng.integer(0, 61 * 45)] = 1;
        labels.labels()[rng.integer(0, 61 * 45)] = (byte) LabelMap.IGNORE;
        ImasConfig.Augment config = TestPictures.config(7, 9, ResizeMode.SCALE, 0.8, 2, List.of())
                .withFlipVertical(0.5)
                .withRotate90(0.75)
                .withForegroundCrops(1);
        Geometry geometry = Geometry.draw(size, labels, config, Rng.of(seed, "weak")::uniform);
        boolean seen = hasForeground(
                Resize.nearest(labels, geometry.size().width(), geometry.size().height()));
        LabelMap found =
                WeakView.apply(TestPictures.picture(size, 1), labels, geometry).labels();
        assertThat(hasForeground(found)).isEqualTo(seen);
        assertThat(new int[] {found.width(), found.height()}).containsExactly(9, 7);
    }

    private static boolean hasForeground(LabelMap map) {
        for (byte label : map.labels()) {
            if (label != 0 && Byte.toUnsignedInt(label) != LabelMap.IGNORE) {
                return true;
            }
        }
        return false;
    }

    /** Class 3 has one pixel, class 1 a hundred: each is chosen half the time, and every crop that holds it comes. */
    @Test
    void classesAreAsLikelyAndCropsAnywhereOverThem() {
        LabelMap labels = new LabelMap(40, 40, new byte[1600]);
        for (int i = 0; i < 100; i++) {
            labels.labels()[i] = 1;
        }
        labels.labels()[20 * 40 + 20] = 3;
        ImasConfig.Augment config = TestPictures.config(5, 5, ResizeMode.NONE, 1, 1, List.of())
                .withFlip(0)
                .withForegroundCrops(1);
        Rng rng = Rng.of(2, "foreground");
        int rare = 0;
        TreeSet<Integer> columns = new TreeSet<>();
        for (int i = 0; i < 1000; i++) {
            Window crop = Geometry.draw(new ImageSize(40, 40), labels, config, rng::uniform)
                    .crop();
            if (crop.y() > 10) {
                rare++;
                columns.add(crop.x());
            }
        }
        assertThat(rare).isBetween(440, 560);
        assertThat(columns).containsExactly(16, 17, 18, 19, 20);
    }

    @Test
    void foregroundCropsComeAsOftenAsAskedAndNotWithoutForeground() {
        ImasConfig.Augment config = TestPictures.config(5, 5, ResizeMode.NONE, 1, 1, List.of())
                .withFlip(0)
                .withForegroundCrops(0.3);
        ImageSize size = new ImageSize(200, 200);
        LabelMap labels = new LabelMap(200, 200, new byte[40000]);
        Geometry anywhere = Geometry.draw(size, labels, config, replay(0.5, 0.5, 0.5, 0.1));
        assertThat(anywhere.crop()).isEqualTo(new Window(98, 98, 5, 5));
        labels.labels()[0] = 1;
        Rng rng = Rng.of(3, "share");
        int over = 0;
        for (int i = 0; i < 1000; i++) {
            over += Geometry.draw(size, labels, config, rng::uniform).crop().equals(new Window(0, 0, 5, 5)) ? 1 : 0;
        }
        assertThat(over).isBetween(250, 350);
    }

    private static ImasConfig.Augment whole() {
        return TestPictures.config(SIZE.height(), SIZE.width(), ResizeMode.NONE, 1, 1, List.of());
    }

    /** These draws, and no more. */
    private static DoubleSupplier replay(double... draws) {
        Iterator<Double> values = java.util.Arrays.stream(draws).iterator();
        return values::next;
    }
}
