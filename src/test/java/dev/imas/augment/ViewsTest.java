package dev.imas.augment;

import static dev.imas.augment.TestPictures.config;
import static dev.imas.augment.TestPictures.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.imas.common.Rng;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Padding;
import dev.imas.config.ImasConfig.ResizeMode;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Weak and strong views, crops, flips and the normalisation. */
class ViewsTest {
    private static final ImageSize SIZE = new ImageSize(32, 17);

    @Property(tries = 200)
    void weakViewsHaveTheCropsSizeAndKnownLabels(
            @ForAll @IntRange(min = 0, max = 7) int size,
            @ForAll ResizeMode mode,
            @ForAll @IntRange(min = 1, max = 50) int height,
            @ForAll @IntRange(min = 1, max = 50) int width,
            @ForAll long seed) {
        RgbImage image = TestPictures.picture(TestPictures.SIZES.get(size), seed);
        RgbImage before = TestPictures.copy(image);
        LabelMap labels = TestPictures.labels(TestPictures.SIZES.get(size), 3, seed);
        ImasConfig.Augment config = mode == ResizeMode.LONG_SIDE
                ? config(height, width, mode, 5, 70, List.of())
                : config(height, width, mode, 0.5, 2, seed % 2 == 0 ? List.of() : List.of(24, 40));
        WeakView.Result<RgbImage> found = WeakView.apply(image, labels, config, Rng.of(seed, "weak")::uniform);
        assertThat(found.image().width())
                .isEqualTo(width)
                .isEqualTo(found.labels().width());
        assertThat(found.image().height())
                .isEqualTo(height)
                .isEqualTo(found.labels().height());
        TreeSet<Byte> known = new TreeSet<>(List.of((byte) LabelMap.IGNORE));
        for (byte label : labels.labels()) {
            known.add(label);
        }
        for (byte label : found.labels().labels()) {
            assertThat(known).contains(label);
        }
        assertThat(same(image, before)).isTrue();
        WeakView.Result<RgbImage> again = WeakView.apply(image, null, config, Rng.of(seed, "weak")::uniform);
        assertThat(again.labels()).isNull();
        assertThat(same(again.image(), found.image())).isTrue();
    }

    @Test
    void aWeakViewIsResizeFlipAndCropOneAfterTheOther() {
        RgbImage image = TestPictures.picture(SIZE, 4);
        for (double flip : new double[] {0.2, 0.8}) {
            ImasConfig.Augment config = config(30, 20, ResizeMode.LONG_SIDE, 40, 48, List.of());
            // Of the nine sizes 40..48 the draw 0.5 chooses 44, which makes 44 x 23; column 12 of 0..24.
            WeakView.Result<RgbImage> found = WeakView.apply(image, null, config, replay(0.5, flip, 0.5, 0.99));
            RgbImage resized = Resize.bilinear(image, 44, 23);
            RgbImage flipped = flip < 0.5 ? Flip.horizontal(resized) : resized;
            assertThat(same(found.image(), crop(flipped, new Window(12, 0, 20, 30))))
                    .isTrue();
        }
    }

    @Test
    void theLongSideReachesBothEnds() {
        ImasConfig.Augment config = config(8, 8, ResizeMode.LONG_SIDE, 20, 23, List.of());
        TreeSet<Integer> sides = new TreeSet<>();
        Rng rng = Rng.of(1, "long side");
        for (int i = 0; i < 200; i++) {
            sides.add(WeakView.Geometry.draw(SIZE, config, rng::uniform).size().width());
        }
        assertThat(sides).containsExactly(20, 21, 22, 23);
    }

    @Test
    void aScaleMultipliesTheBaseOrThePicture() {
        assertThat(WeakView.Geometry.draw(
                                SIZE, config(4, 4, ResizeMode.SCALE, 0.5, 2, List.of(10, 30)), replay(1 / 3.0, 1, 0, 0))
                        .size())
                .isEqualTo(new ImageSize(30, 10));
        assertThat(WeakView.Geometry.draw(SIZE, config(4, 4, ResizeMode.SCALE, 0.5, 1.5, List.of()), replay(0, 1, 0, 0))
                        .size())
                .isEqualTo(new ImageSize(16, 8));
    }

    @Test
    void labelsOfAnotherSizeAreRefused() {
        assertThatThrownBy(() -> WeakView.apply(
                        TestPictures.picture(SIZE, 1),
                        TestPictures.labels(new ImageSize(17, 32), 2, 1),
                        config(4, 4, ResizeMode.NONE, 1, 1, List.of()),
                        () -> 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32x17")
                .hasMessageContaining("17x32");
    }

    @Test
    void cropsExtendAtTheBottomAndRight() {
        RgbImage one = TestPictures.constant(new ImageSize(1, 1), 1, 2, 3);
        assertThat(crop(one, new Window(0, 0, 2, 2)).rgb())
                .containsExactly(1, 2, 3, 123, 116, 103, 123, 116, 103, 123, 116, 103);
        RgbImage two = TestPictures.constant(new ImageSize(1, 2), 1, 2, 3);
        WeakView.Geometry lower = new WeakView.Geometry(new ImageSize(1, 2), false, new Window(0, 1, 2, 2));
        assertThat(WeakView.apply(two, new LabelMap(1, 2, new byte[] {4, 5}), lower)
                        .labels()
                        .labels())
                .containsExactly(5, -1, -1, -1);
        assertThatThrownBy(() -> crop(one, new Window(1, 0, 2, 2))).isInstanceOf(IllegalArgumentException.class);
    }

    /** Resized to 10x10 by nothing, in crops of 12x14: which part the picture covers is told, and black is zero. */
    @Test
    void paddingIsBlackWhereAskedForAndTold() {
        ImasConfig.Augment config =
                config(12, 14, ResizeMode.NONE, 1, 1, List.of()).withPadding(Padding.BLACK);
        ImageSize size = new ImageSize(10, 9);
        RgbImage image = TestPictures.constant(size, 1, 2, 3);
        WeakView.Result<RgbImage> found = WeakView.apply(image, null, config, () -> 0.9);
        assertThat(found.covered()).isEqualTo(size);
        for (int y = 0; y < 12; y++) {
            for (int x = 0; x < 14; x++) {
                assertThat(found.image().rgb()[3 * (14 * y + x) + 2]).isEqualTo((byte) (x < 10 && y < 9 ? 3 : 0));
            }
        }
        WeakView.Result<RgbImage> turned = WeakView.apply(image, null, config.withRotate90(1), () -> 0);
        assertThat(turned.covered()).isEqualTo(new ImageSize(9, 10));
    }

    private static RgbImage crop(RgbImage image, Window window) {
        return WeakView.apply(
                        image, null, new WeakView.Geometry(new ImageSize(image.width(), image.height()), false, window))
                .image();
    }

    @Test
    void flippingTwiceGivesThePictureBack() {
        for (ImageSize size : TestPictures.SIZES) {
            RgbImage image = TestPictures.picture(size, 9);
            assertThat(same(Flip.horizontal(Flip.horizontal(image)), image)).isTrue();
            LabelMap map = TestPictures.labels(size, 4, 9);
            assertThat(Flip.horizontal(Flip.horizontal(map)).labels()).isEqualTo(map.labels());
        }
        assertThat(Flip.horizontal(new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6}))
                        .rgb())
                .containsExactly(4, 5, 6, 1, 2, 3);
        assertThat(Flip.horizontal(new LabelMap(3, 1, new byte[] {1, 2, 3})).labels())
                .containsExactly(3, 2, 1);
    }

    @Test
    void strongViewsDependOnTheDrawsAlone() {
        RgbImage image = TestPictures.picture(SIZE, 6);
        RgbImage before = TestPictures.copy(image);
        ImasConfig.Augment config = config(17, 32, ResizeMode.NONE, 1, 1, List.of());
        List<byte[]> views = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            RgbImage found = StrongView.apply(image, StrongView.draw(config, Rng.of(3, "strong", 0, i)::uniform));
            assertThat(same(
                            found,
                            StrongView.apply(image, StrongView.draw(config, Rng.of(3, "strong", 0, i)::uniform))))
                    .isTrue();
            assertThat(found.width()).isEqualTo(32);
            assertThat(found.height()).isEqualTo(17);
            views.add(found.rgb());
        }
        assertThat(same(image, before)).isTrue();
        assertThat(views.stream().map(java.util.Arrays::hashCode).distinct().count())
                .isGreaterThan(30);
    }

    @Test
    void operationsAreChosenFirstAndDrawTheirMagnitudesInTurn() {
        RgbImage image = TestPictures.picture(SIZE, 6);
        ImasConfig.Augment config = config(17, 32, ResizeMode.NONE, 1, 1, List.of());
        RgbImage found = StrongView.apply(image, StrongView.draw(config, replay(9.5 / 12, 10.5 / 12, 0.1, 0.77, 0.23)));
        assertThat(same(found, Tone.solarize(Tone.posterize(image, 4), 197))).isTrue();
        RgbImage chosen = StrongView.apply(
                image,
                StrongView.draw(List.of(StrongOperation.POSTERIZE, StrongOperation.SOLARIZE), replay(0.1, 0.77, 0.23)));
        assertThat(same(chosen, found)).isTrue();
    }

    @Test
    void theNumberOfOperationsCanBeDrawn() {
        RgbImage image = TestPictures.picture(SIZE, 6);
        ImasConfig.Augment config = TestPictures.config(17, 32, ResizeMode.NONE, 1, 1, List.of())
                .withStrongOps(3)
                .withStrongRandomCount(true);
        double invert = 3.5 / 12;
        assertThat(same(StrongView.apply(image, StrongView.draw(config, replay(0.1, invert))), Tone.invert(image)))
                .isTrue();
        assertThat(same(StrongView.apply(image, StrongView.draw(config, replay(0.5, invert, invert))), image))
                .isTrue();
        assertThat(same(
                        StrongView.apply(image, StrongView.draw(config, replay(0.9, invert, invert, invert))),
                        Tone.invert(image)))
                .isTrue();
    }

    @Test
    void noOperationReturnsTheWeakView() {
        RgbImage image = TestPictures.picture(SIZE, 6);
        ImasConfig.Augment config =
                TestPictures.config(17, 32, ResizeMode.NONE, 1, 1, List.of()).withStrongOps(0);
        assertThat(StrongView.apply(image, StrongView.draw(config, replay()))).isSameAs(image);
    }

    /** These draws, and no more. */
    private static DoubleSupplier replay(double... draws) {
        Iterator<Double> values = java.util.Arrays.stream(draws).iterator();
        return values::next;
    }
}
