package dev.imas.augment;

import dev.imas.image.FloatImage;
import dev.imas.image.RgbImage;
import java.util.function.DoubleSupplier;

/**
 * The twelve operations of the strong view, in the order of the published table: how each one's strength follows from
 * uniform draws, and what it does. Method section 2, golden README section 9.
 */
public enum StrongOperation {
    IDENTITY(Strength.NONE, 0, 0),
    AUTOCONTRAST(Strength.NONE, 0, 0),
    EQUALIZE(Strength.NONE, 0, 0),
    INVERT(Strength.NONE, 0, 0),
    /** Magnitude: sigma in pixels. */
    BLUR(Strength.RISING, 0.1, 2),
    /** Magnitude: blending factor, 1 is the picture itself; so for the next three. */
    CONTRAST(Strength.FALLING, 0.1, 0.95),
    BRIGHTNESS(Strength.FALLING, 0.1, 0.95),
    COLOR(Strength.FALLING, 0.1, 0.95),
    SHARPNESS(Strength.FALLING, 0.1, 0.95),
    /** Magnitude: bits kept. */
    POSTERIZE(Strength.BITS, 4, 8),
    /** Magnitude: threshold from which values are inverted. */
    SOLARIZE(Strength.THRESHOLD, 1, 256),
    /** Magnitude: signed share of the colour circle. */
    HUE(Strength.SIGNED, 0, 0.5);

    /** How a magnitude in [lo, hi] follows from uniform draws. */
    private enum Strength {
        NONE,
        RISING,
        FALLING,
        BITS,
        THRESHOLD,
        SIGNED
    }

    /** Scales every draw; keeps the far end of the range out of reach. */
    private static final double MODIFIER = 0.999;

    private final Strength strength;
    private final double lo;
    private final double hi;

    StrongOperation(Strength strength, double lo, double hi) {
        this.strength = strength;
        this.lo = lo;
        this.hi = hi;
    }

    /** Smallest magnitude of the range; 0 for an operation without one. */
    public double lo() {
        return lo;
    }

    /** Largest magnitude of the range; 0 for an operation without one. */
    public double hi() {
        return hi;
    }

    /**
     * Draws the magnitude: no draw for an operation without one (0), two for posterize (the second decides, as
     * published) and hue (the second below 1/2 makes it negative), else one.
     *
     * @param uniform draws in [0, 1)
     */
    public double magnitude(DoubleSupplier uniform) {
        return switch (strength) {
            case NONE -> 0;
            case RISING -> lo + share(uniform);
            case FALLING -> hi - share(uniform);
            case BITS -> {
                double unused = uniform.getAsDouble(); // the published program draws twice
                yield hi - Math.max(1, Math.ceil(share(uniform)));
            }
            case THRESHOLD -> Math.max(1, Math.min(256, hi - Math.ceil(share(uniform))));
            case SIGNED -> {
                double size = lo + share(uniform);
                yield uniform.getAsDouble() < 0.5 ? -size : size;
            }
        };
    }

    private double share(DoubleSupplier uniform) {
        return (hi - lo) * uniform.getAsDouble() * MODIFIER;
    }

    /** The picture after the operation; the argument is not changed, but may be the result when nothing changes. */
    public RgbImage apply(RgbImage image, double magnitude) {
        return switch (this) {
            case IDENTITY -> image;
            case AUTOCONTRAST -> Tone.autocontrast(image);
            case EQUALIZE -> Tone.equalize(image);
            case INVERT -> Tone.invert(image);
            case BLUR -> GaussianBlur.apply(image, magnitude);
            case CONTRAST -> Enhance.contrast(image, magnitude);
            case BRIGHTNESS -> Enhance.brightness(image, magnitude);
            case COLOR -> Enhance.color(image, magnitude);
            case SHARPNESS -> Enhance.sharpness(image, magnitude);
            case POSTERIZE -> Tone.posterize(image, (int) magnitude);
            case SOLARIZE -> Tone.solarize(image, (int) magnitude);
            case HUE -> Hsv.shiftHue(image, magnitude);
        };
    }

    /** As {@link #apply(RgbImage, double)}, of channels: each by itself, hue and colour change nothing. */
    public FloatImage apply(FloatImage image, double magnitude) {
        return ChannelOperations.apply(image, this, magnitude);
    }
}
