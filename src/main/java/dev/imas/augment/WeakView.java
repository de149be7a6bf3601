package dev.imas.augment;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Padding;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The weak view: resize, flips and turn, extend at the bottom and right, crop, in this order; the same geometry for a
 * picture and its label map. Method section 2.
 */
public final class WeakView {
    private WeakView() {}

    /**
     * @param <P>     colours or channels, as the picture was
     * @param image   the crop
     * @param labels  its labels; null when none were given
     * @param covered how much of the crop the picture covers, from the upper left corner on; the rest is padding
     */
    public record Result<P extends Picture>(P image, LabelMap labels, ImageSize covered) {}

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

        /** What is seen of the picture, before it is turned. */
        private Geometry beforeTurn() {
            return new Geometry(size, mirrored, QuarterTurn.before(covered(), size, turns));
        }

        /** The part of the crop that the turned picture covers. */
        private Window covered() {
            ImageSize turned = QuarterTurn.of(size, turns);
            return Crop.covered(crop, turned.width(), turned.height());
        }

        /** The covered part's place in the picture before the flip, where nothing is turned. */
        private Window source() {
            Window covered = covered();
            int left = mirrored ? size.width() - covered.x() - covered.width() : covered.x();
            return new Window(left, covered.y(), covered.width(), covered.height());
        }

        private ImageSize coveredSize() {
            return new ImageSize(covered().width(), covered().height());
        }

        private static ImageSize base(ImageSize source, List<Integer> base) {
            return base.isEmpty() ? source : new ImageSize(base.get(1), base.get(0));
        }
    }

    /**
     * Draws a geometry and applies it. Neither argument is changed.
     *
     * @param labelsOrNull labels of the picture's size, or null
     * @param config       crop, resize, flip and padding, as validated with the configuration
     * @param uniform      draws in [0, 1)
     * @return picture and labels of the crop's size
     */
    public static Result<RgbImage> apply(
            RgbImage image, LabelMap labelsOrNull, ImasConfig.Augment config, DoubleSupplier uniform) {
        requireLabelsOf(image, labelsOrNull);
        Geometry geometry = Geometry.draw(sizeOf(image), labelsOrNull, config, uniform);
        return apply(image, labelsOrNull, geometry, config.padding());
    }

    /**
     * As {@link #apply(RgbImage, LabelMap, ImasConfig.Augment, DoubleSupplier)}, of either kind of picture.
     *
     * @param mean one number a channel, with which channels are extended unless they are with zeros; colours have their
     *             own
     */
    public static Result<Picture> apply(
            Picture picture,
            LabelMap labelsOrNull,
            ImasConfig.Augment config,
            List<Double> mean,
            DoubleSupplier uniform) {
        requireLabelsOf(picture, labelsOrNull);
        Geometry geometry = Geometry.draw(sizeOf(picture), labelsOrNull, config, uniform);
        Picture crop = picture instanceof FloatImage image
                ? cropped(image, geometry, padding(config.padding(), mean))
                : cropped((RgbImage) picture, geometry, config.padding());
        return new Result<>(crop, cropped(labelsOrNull, geometry), geometry.coveredSize());
    }

    /** Applies a given geometry, padding with the mean colour. Only the pixels of the crop are computed. */
    public static Result<RgbImage> apply(RgbImage image, LabelMap labelsOrNull, Geometry geometry) {
        return apply(image, labelsOrNull, geometry, Padding.MEAN);
    }

    private static Result<RgbImage> apply(RgbImage image, LabelMap labelsOrNull, Geometry geometry, Padding padding) {
        requireLabelsOf(image, labelsOrNull);
        return new Result<>(cropped(image, geometry, padding), cropped(labelsOrNull, geometry), geometry.coveredSize());
    }

    private static List<Double> padding(Padding padding, List<Double> mean) {
        return padding == Padding.BLACK ? Collections.nCopies(mean.size(), 0.0) : mean;
    }

    private static ImageSize sizeOf(Picture picture) {
        return new ImageSize(picture.width(), picture.height());
    }

    private static void requireLabelsOf(Picture picture, LabelMap labelsOrNull) {
        if (labelsOrNull != null
                && (labelsOrNull.width() != picture.width() || labelsOrNull.height() != picture.height())) {
            throw new IllegalArgumentException("a picture of " + picture.width() + "x" + picture.height()
                    + " cannot have labels of " + labelsOrNull.width() + "x" + labelsOrNull.height());
        }
    }

    private static RgbImage cropped(RgbImage image, Geometry geometry, Padding padding) {
        Window crop = geometry.crop();
        if (geometry.turns() > 0) {
            RgbImage seen = cropped(image, geometry.beforeTurn(), padding);
            return Crop.pad(QuarterTurn.of(seen, geometry.turns()), crop.width(), crop.height(), padding);
        }
        Window covered = geometry.covered();
        RgbImage view = Crop.extended(covered, crop.width(), crop.height(), padding);
        ImageSize size = geometry.size();
        Resize.bilinear(image, size.width(), size.height(), geometry.source(), geometry.mirrored(), view);
        return view;
    }

    private static FloatImage cropped(FloatImage image, Geometry geometry, List<Double> padding) {
        Window crop = geometry.crop();
        if (geometry.turns() > 0) {
            FloatImage seen = cropped(image, geometry.beforeTurn(), padding);
            return Crop.pad(QuarterTurn.of(seen, geometry.turns()), crop.width(), crop.height(), padding);
        }
        Window covered = geometry.covered();
        FloatImage view = Crop.extended(covered, crop.width(), crop.height(), padding);
        ImageSize size = geometry.size();
        FloatResize.bilinear(image, size.width(), size.height(), geometry.source(), geometry.mirrored(), view);
        return view;
    }

    private static LabelMap cropped(LabelMap labelsOrNull, Geometry geometry) {
        if (labelsOrNull == null) {
            return null;
        }
        Window crop = geometry.crop();
        if (geometry.turns() > 0) {
            LabelMap seen = cropped(labelsOrNull, geometry.beforeTurn());
            return Crop.pad(QuarterTurn.of(seen, geometry.turns()), crop.width(), crop.height());
        }
        ImageSize size = geometry.size();
        LabelMap seen =
                Resize.nearest(labelsOrNull, size.width(), size.height(), geometry.source(), geometry.mirrored());
        return Crop.pad(seen, crop.width(), crop.height());
    }
}
