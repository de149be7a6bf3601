package dev.imas.augment;

import dev.imas.config.ImasConfig;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The weak view: resize, flips and turn, extend at the bottom and right, crop, in this order; the same geometry for a
 * picture and its label map. Method section 2.
 */
public final class WeakView {
    private WeakView() {}

    /**
     * @param image  the crop
     * @param labels its labels; null when none were given
     */
    public record Result(RgbImage image, LabelMap labels) {}

    /**
     * What a weak view does to one picture.
     *
     * @param size     size after the resize
     * @param mirrored flipped left to right after the resize
     * @param turns    quarter turns clockwise after that, 0 to 3; a vertical flip is a mirroring and two of them
     * @param crop     window of the resized, flipped, turned and extended picture
     */
    public record Geometry(ImageSize size, boolean mirrored, int turns, Window crop) {
        /** Without a turn. */
        public Geometry(ImageSize size, boolean mirrored, Window crop) {
            this(size, mirrored, 0, crop);
        }

        /** Draws a geometry for a picture of the given size, as for one without labels. */
        public static Geometry draw(ImageSize source, ImasConfig.Augment config, DoubleSupplier uniform) {
            return draw(source, null, config, uniform);
        }

        /**
         * Draws a geometry for a picture of the given size. Draws, in this order: the resize (none for NONE), the
         * horizontal flip, then, where each may happen, the vertical flip and the turn; the crop's column and row;
         * then, where it may be and there are labels, whether the crop is to hold foreground, and that one's place.
         *
         * @param labelsOrNull labels of the picture's size, or null
         */
        public static Geometry draw(
                ImageSize source, LabelMap labelsOrNull, ImasConfig.Augment config, DoubleSupplier uniform) {
            ImageSize size =
                    switch (config.resize()) {
                        case LONG_SIDE ->
                            source.withLongSide(Draw.integer(uniform, (int) Math.ceil(config.resizeMin()), (int)
                                    Math.floor(config.resizeMax())));
                        case SCALE ->
                            base(source, config.resizeBase())
                                    .times(Draw.between(uniform, config.resizeMin(), config.resizeMax()));
                        case NONE -> source;
                    };
            boolean mirrored = uniform.getAsDouble() < config.flip();
            boolean upended = happens(config.flipVertical(), uniform);
            int turns = happens(config.rotate90(), uniform) ? Draw.integer(uniform, 1, 3) : 0;
            turns = (turns + (upended ? 2 : 0)) % 4;
            ImageSize turned = QuarterTurn.of(size, turns);
            int height = config.crop().get(0);
            int width = config.crop().get(1);
            int x = Draw.integer(uniform, 0, Math.max(turned.width(), width) - width);
            int y = Draw.integer(uniform, 0, Math.max(turned.height(), height) - height);
            Geometry anywhere = new Geometry(size, mirrored != upended, turns, new Window(x, y, width, height));
            return labelsOrNull != null && happens(config.foregroundCrops(), uniform)
                    ? anywhere.overForeground(labelsOrNull, uniform)
                    : anywhere;
        }

        /** Nothing is drawn for what never happens, so that it changes no other draw. */
        private static boolean happens(double probability, DoubleSupplier uniform) {
            return probability > 0 && uniform.getAsDouble() < probability;
        }

        /** The same with a crop over foreground, as it is seen at this size; where there is none, the same. */
        private Geometry overForeground(LabelMap labels, DoubleSupplier uniform) {
            return Foreground.pixel(Resize.nearest(labels, size.width(), size.height()), uniform)
                    .map(pixel -> new Geometry(size, mirrored, turns, cropOver(pixel, uniform)))
                    .orElse(this);
        }

        /** @param pixel of the picture before it is flipped and turned */
        private Window cropOver(Window pixel, DoubleSupplier uniform) {
            int column = mirrored ? size.width() - 1 - pixel.x() : pixel.x();
            Window held = QuarterTurn.of(new Window(column, pixel.y(), 1, 1), size, turns);
            ImageSize turned = QuarterTurn.of(size, turns);
            int x = Foreground.crop(held.x(), crop.width(), turned.width(), uniform);
            int y = Foreground.crop(held.y(), crop.height(), turned.height(), uniform);
            return new Window(x, y, crop.width(), crop.height());
        }

        private static ImageSize base(ImageSize source, List<Integer> base) {
            return base.isEmpty() ? source : new ImageSize(base.get(1), base.get(0));
        }
    }

    /**
     * Draws a geometry and applies it. Neither argument is changed.
     *
     * @param labelsOrNull labels of the picture's size, or null
     * @param config       crop, resize and flip, as validated with the configuration
     * @param uniform      draws in [0, 1)
     * @return picture and labels of the crop's size
     */
    public static Result apply(
            RgbImage image, LabelMap labelsOrNull, ImasConfig.Augment config, DoubleSupplier uniform) {
        ImageSize size = new ImageSize(image.width(), image.height());
        requireLabelsOf(size, labelsOrNull);
        return apply(image, labelsOrNull, Geometry.draw(size, labelsOrNull, config, uniform));
    }

    /** Applies a given geometry. Only the pixels of the crop are computed. */
    public static Result apply(RgbImage image, LabelMap labelsOrNull, Geometry geometry) {
        return geometry.turns() == 0 ? upright(image, labelsOrNull, geometry) : turned(image, labelsOrNull, geometry);
    }

    /** Cuts the part that will be seen, turns it, and extends it. */
    private static Result turned(RgbImage image, LabelMap labelsOrNull, Geometry geometry) {
        int turns = geometry.turns();
        Window crop = geometry.crop();
        ImageSize size = QuarterTurn.of(geometry.size(), turns);
        Window covered = Crop.covered(crop, size.width(), size.height());
        Window before = QuarterTurn.before(covered, geometry.size(), turns);
        Result seen = upright(image, labelsOrNull, new Geometry(geometry.size(), geometry.mirrored(), before));
        return new Result(
                Crop.pad(QuarterTurn.of(seen.image(), turns), crop.width(), crop.height()),
                labelsOrNull == null
                        ? null
                        : Crop.pad(QuarterTurn.of(seen.labels(), turns), crop.width(), crop.height()));
    }

    private static Result upright(RgbImage image, LabelMap labelsOrNull, Geometry geometry) {
        int width = geometry.size().width();
        int height = geometry.size().height();
        Window crop = geometry.crop();
        Window covered = Crop.covered(crop, width, height);
        // The crop's place in the picture before the flip.
        Window source = geometry.mirrored()
                ? new Window(width - covered.x() - covered.width(), covered.y(), covered.width(), covered.height())
                : covered;
        RgbImage picture = Crop.extended(covered, crop.width(), crop.height());
        Resize.bilinear(image, width, height, source, geometry.mirrored(), picture);
        if (labelsOrNull == null) {
            return new Result(picture, null);
        }
        requireLabelsOf(new ImageSize(image.width(), image.height()), labelsOrNull);
        LabelMap labels = Crop.pad(
                Resize.nearest(labelsOrNull, width, height, source, geometry.mirrored()), crop.width(), crop.height());
        return new Result(picture, labels);
    }

    private static void requireLabelsOf(ImageSize size, LabelMap labelsOrNull) {
        if (labelsOrNull != null && (labelsOrNull.width() != size.width() || labelsOrNull.height() != size.height())) {
            throw new IllegalArgumentException("a picture of " + size.width() + "x" + size.height()
                    + " cannot have labels of " + labelsOrNull.width() + "x" + labelsOrNull.height());
        }
    }
}
