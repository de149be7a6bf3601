package dev.imas.augment;

import dev.imas.config.ImasConfig;
import dev.imas.image.FloatImage;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.image.RgbImage;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The weak view: resize, flip, extend at the bottom and right, crop, in this order; the same geometry for a picture
 * and its label map. Method section 2.
 */
public final class WeakView {
    private WeakView() {}

    /**
     * @param <P>    colours or channels, as the picture was
     * @param image  the crop
     * @param labels its labels; null when none were given
     */
    public record Result<P extends Picture>(P image, LabelMap labels) {}

    /**
     * What a weak view does to one picture.
     *
     * @param size     size after the resize
     * @param mirrored flipped left to right after the resize
     * @param crop     window of the resized, flipped and extended picture
     */
    public record Geometry(ImageSize size, boolean mirrored, Window crop) {
        /**
         * Draws a geometry for a picture of the given size. Draws, in this order: the resize (none for NONE), the
         * flip, the crop's column and row.
         */
        public static Geometry draw(ImageSize source, ImasConfig.Augment config, DoubleSupplier uniform) {
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
            int height = config.crop().get(0);
            int width = config.crop().get(1);
            int x = Draw.integer(uniform, 0, Math.max(size.width(), width) - width);
            int y = Draw.integer(uniform, 0, Math.max(size.height(), height) - height);
            return new Geometry(size, mirrored, new Window(x, y, width, height));
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
    public static Result<RgbImage> apply(
            RgbImage image, LabelMap labelsOrNull, ImasConfig.Augment config, DoubleSupplier uniform) {
        return apply(image, labelsOrNull, Geometry.draw(sizeOf(image), config, uniform));
    }

    /**
     * As {@link #apply(RgbImage, LabelMap, ImasConfig.Augment, DoubleSupplier)}, of either kind of picture.
     *
     * @param padding what channels are extended with, one number a channel; colours have their own
     */
    public static Result<Picture> apply(
            Picture picture,
            LabelMap labelsOrNull,
            ImasConfig.Augment config,
            List<Double> padding,
            DoubleSupplier uniform) {
        Geometry geometry = Geometry.draw(sizeOf(picture), config, uniform);
        Picture crop = picture instanceof FloatImage image
                ? cropped(image, geometry, padding)
                : cropped((RgbImage) picture, geometry);
        return new Result<>(crop, labels(picture, labelsOrNull, geometry));
    }

    /** Applies a given geometry. Only the pixels of the crop are computed. */
    public static Result<RgbImage> apply(RgbImage image, LabelMap labelsOrNull, Geometry geometry) {
        return new Result<>(cropped(image, geometry), labels(image, labelsOrNull, geometry));
    }

    private static ImageSize sizeOf(Picture picture) {
        return new ImageSize(picture.width(), picture.height());
    }

    private static RgbImage cropped(RgbImage image, Geometry geometry) {
        Window covered = covered(geometry);
        RgbImage crop = Crop.extended(
                covered, geometry.crop().width(), geometry.crop().height());
        ImageSize size = geometry.size();
        Resize.bilinear(
                image, size.width(), size.height(), source(covered, geometry), geometry.mirrored(), crop);
        return crop;
    }

    private static FloatImage cropped(FloatImage image, Geometry geometry, List<Double> padding) {
        Window covered = covered(geometry);
        FloatImage crop = Crop.extended(
                covered, geometry.crop().width(), geometry.crop().height(), padding);
        ImageSize size = geometry.size();
        FloatResize.bilinear(
                image, size.width(), size.height(), source(covered, geometry), geometry.mirrored(), crop);
        return crop;
    }

    private static LabelMap labels(Picture image, LabelMap labelsOrNull, Geometry geometry) {
        if (labelsOrNull == null) {
            return null;
        }
        if (labelsOrNull.width() != image.width() || labelsOrNull.height() != image.height()) {
            throw new IllegalArgumentException("a picture of " + image.width() + "x" + image.height()
                    + " cannot have labels of " + labelsOrNull.width() + "x" + labelsOrNull.height());
        }
        ImageSize size = geometry.size();
        Window source = source(covered(geometry), geometry);
        LabelMap resized =
                Resize.nearest(labelsOrNull, size.width(), size.height(), source, geometry.mirrored());
        return Crop.pad(resized, geometry.crop().width(), geometry.crop().height());
    }

    /** The part of the crop that the resized picture covers. */
    private static Window covered(Geometry geometry) {
        return Crop.covered(
                geometry.crop(), geometry.size().width(), geometry.size().height());
    }

    /** The covered part's place in the picture before the flip. */
    private static Window source(Window covered, Geometry geometry) {
        int left = geometry.mirrored() ? geometry.size().width() - covered.x() - covered.width() : covered.x();
        return new Window(left, covered.y(), covered.width(), covered.height());
    }
}
