package dev.imas.augment;

import dev.imas.config.ImasConfig;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
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
     * @param image  the crop
     * @param labels its labels; null when none were given
     */
    public record Result(RgbImage image, LabelMap labels) {}

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
    public static Result apply(
            RgbImage image, LabelMap labelsOrNull, ImasConfig.Augment config, DoubleSupplier uniform) {
        return apply(image, labelsOrNull, Geometry.draw(new ImageSize(image.width(), image.height()), config, uniform));
    }

    /** Applies a given geometry. Only the pixels of the crop are computed. */
    public static Result apply(RgbImage image, LabelMap labelsOrNull, Geometry geometry) {
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
        if (labelsOrNull.width() != image.width() || labelsOrNull.height() != image.height()) {
            throw new IllegalArgumentException("a picture of " + image.width() + "x" + image.height()
                    + " cannot have labels of " + labelsOrNull.width() + "x" + labelsOrNull.height());
        }
        LabelMap labels = Crop.pad(
                Resize.nearest(labelsOrNull, width, height, source, geometry.mirrored()), crop.width(), crop.height());
        return new Result(picture, labels);
    }
}
