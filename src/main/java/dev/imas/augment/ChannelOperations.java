package dev.imas.augment;

import dev.imas.image.FloatImage;

/**
 * The strong view's operations on channels of floats in [0,1], each channel by itself: what {@link StrongOperation}
 * does to bytes, without their roundings. Hue and colour mean nothing to channels that are no colours and leave them as
 * they are. None changes its argument; results lie in [0,1]. Method section 2.
 */
final class ChannelOperations {
    /** Bins of the histogram that equalize spreads; inside a bin values keep their order. */
    private static final int BINS = 1024;

    private static final int BLUR_PASSES = 3;
    private static final float ONE = 1 << 24;

    private ChannelOperations() {}

    /** A function of one value. */
    private interface Mapping {
        float of(float value);
    }

    static FloatImage apply(FloatImage image, StrongOperation operation, double magnitude) {
        float strength = (float) magnitude;
        return switch (operation) {
            case IDENTITY, COLOR, HUE -> image;
            case AUTOCONTRAST -> byChannel(image, ChannelOperations::autocontrast);
            case EQUALIZE -> byChannel(image, ChannelOperations::equalize);
            case INVERT -> byChannel(image, plane -> map(plane, value -> 1 - value));
            case BLUR -> blur(image, GaussianBlur.Box.of(magnitude));
            case CONTRAST -> byChannel(image, plane -> blend(plane, mean(plane), strength));
            case BRIGHTNESS -> byChannel(image, plane -> blend(plane, 0, strength));
            case SHARPNESS -> sharpness(image, strength);
            case POSTERIZE -> byChannel(image, plane -> posterize(plane, 1 << (int) magnitude));
            case SOLARIZE -> byChannel(image, plane -> solarize(plane, (int) magnitude / 255f));
        };
    }

    /** Changes the values of one channel in place. */
    private interface PlaneOperation {
        void on(float[] plane);
    }

    private static FloatImage byChannel(FloatImage image, PlaneOperation operation) {
        int channels = image.channels();
        float[] source = image.values();
        float[] values = new float[source.length];
        float[] plane = new float[source.length / channels];
        for (int c = 0; c < channels; c++) {
            for (int p = 0, i = c; p < plane.length; p++, i += channels) {
                plane[p] = source[i];
            }
            operation.on(plane);
            for (int p = 0, i = c; p < plane.length; p++, i += channels) {
                values[i] = plane[p];
            }
        }
        return new FloatImage(image.width(), image.height(), channels, values);
    }

    private static void map(float[] plane, Mapping mapping) {
        for (int p = 0; p < plane.length; p++) {
            plane[p] = mapping.of(plane[p]);
        }
    }

    /** The smallest value becomes 0 and the largest 1; constant channels stay. */
    private static void autocontrast(float[] plane) {
        float low = least(plane);
        float range = most(plane) - low;
        if (range > 0) {
            map(plane, value -> cut((value - low) / range));
        }
    }

    /** A value becomes the share of values below it, of its own bin the part below it; constant channels stay. */
    private static void equalize(float[] plane) {
        if (!(most(plane) > least(plane))) {
            return;
        }
        int[] below = new int[BINS + 1];
        for (float value : plane) {
            below[bin(value) + 1]++;
        }
        for (int bin = 0; bin < BINS; bin++) {
            below[bin + 1] += below[bin];
        }
        map(plane, value -> {
            int bin = bin(value);
            float inside = (value * BINS - bin) * (below[bin + 1] - below[bin]);
            return cut((below[bin] + inside) / plane.length);
        });
    }

    private static int bin(float value) {
        return Math.min(BINS - 1, (int) (value * BINS));
    }

    /** Down to the next of so many levels; 1 becomes the highest level, 1 - 1/levels. */
    private static void posterize(float[] plane, int levels) {
        map(plane, value -> Math.min(levels - 1, (int) (value * levels)) / (float) levels);
    }

    private static void solarize(float[] plane, float threshold) {
        map(plane, value -> value < threshold ? value : 1 - value);
    }

    private static void blend(float[] plane, float degenerate, float factor) {
        map(plane, value -> blend(degenerate, value, factor));
    }

    private static float blend(float degenerate, float value, float factor) {
        return cut(degenerate + factor * (value - degenerate));
    }

    /** The smoothed value is the 3x3 mean with centre weight 5; the one-pixel border stays as it is. */
    private static FloatImage sharpness(FloatImage image, float factor) {
        int channels = image.channels();
        int row = image.width() * channels;
        float[] source = image.values();
        float[] values = source.clone();
        for (int y = 1; y < image.height() - 1; y++) {
            for (int i = y * row + channels; i < (y + 1) * row - channels; i++) {
                float sum = 4 * source[i];
                for (int from = i - row; from <= i + row; from += row) {
                    sum += source[from - channels] + source[from] + source[from + channels];
                }
                values[i] = blend(sum / 13, source[i], factor);
            }
        }
        return new FloatImage(image.width(), image.height(), channels, values);
    }

    /** Three boxes along the rows and three along the columns, with pixels outside replaced by the border pixel. */
    private static FloatImage blur(FloatImage image, GaussianBlur.Box box) {
        int channels = image.channels();
        int row = image.width() * channels;
        float[] values = image.values().clone();
        for (int pass = 0; pass < BLUR_PASSES; pass++) {
            for (int y = 0; y < image.height(); y++) {
                for (int c = 0; c < channels; c++) {
                    average(values, y * row + c, channels, image.width(), box);
                }
            }
        }
        for (int pass = 0; pass < BLUR_PASSES; pass++) {
            for (int i = 0; i < row; i++) {
                average(values, i, row, image.height(), box);
            }
        }
        return new FloatImage(image.width(), image.height(), channels, values);
    }

    /** One box over a line of n values, the first at {@code begin}. */
    private static void average(float[] values, int begin, int step, int n, GaussianBlur.Box box) {
        int reach = box.reach() + 1;
        float[] line = new float[n + 2 * reach];
        for (int i = 0; i < line.length; i++) {
            line[i] = values[begin + Math.max(0, Math.min(n - 1, i - reach)) * step];
        }
        float whole = box.whole() / ONE;
        float partial = box.partial() / ONE;
        for (int i = 0; i < n; i++) {
            float sum = 0;
            for (int k = 1; k < 2 * reach; k++) {
                sum += line[i + k];
            }
            values[begin + i * step] = cut(whole * sum + partial * (line[i] + line[i + 2 * reach]));
        }
    }

    private static float mean(float[] plane) {
        double sum = 0;
        for (float value : plane) {
            sum += value;
        }
        return (float) (sum / plane.length);
    }

    private static float least(float[] plane) {
        float least = plane[0];
        for (float value : plane) {
            least = Math.min(least, value);
        }
        return least;
    }

    private static float most(float[] plane) {
        float most = plane[0];
        for (float value : plane) {
            most = Math.max(most, value);
        }
        return most;
    }

    private static float cut(float value) {
        return Math.max(0, Math.min(1, value));
    }
}
