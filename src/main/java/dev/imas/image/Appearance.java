package dev.imas.image;

import java.util.Arrays;

/**
 * What a picture looks like at a glance, in a few numbers that no network is needed for: how bright its channels are,
 * and how much they change from place to place, each as means of its octiles. The root mean square difference of sorted
 * values is Wasserstein's distance (of order 2) between their distributions, so that {@link #distance} says how much
 * brightness would have to be moved to make one picture of the other, wherever in it.
 */
public final class Appearance {
    /** The picture is averaged to at most so many places a side, so that noise and size hardly count. */
    private static final int SIDE = 64;

    private static final int PARTS = 8;

    private final float[] parts;

    private Appearance(float[] parts) {
        this.parts = parts;
    }

    public static Appearance of(Picture picture) {
        int step = (Math.max(picture.width(), picture.height()) + SIDE - 1) / SIDE;
        int width = (picture.width() + step - 1) / step;
        int height = (picture.height() + step - 1) / step;
        int channels = picture.channels();
        float[] parts = new float[2 * channels * PARTS];
        float scale = (float) (1 / Math.sqrt(PARTS * channels));
        for (int c = 0; c < channels; c++) {
            float[] means = means(picture, c, step, width, height);
            put(octiles(changes(means, width, height)), scale, parts, (2 * c + 1) * PARTS);
            put(octiles(means), scale, parts, 2 * c * PARTS);
        }
        return new Appearance(parts);
    }

    /** Means of a channel over squares of so many pixels a side. */
    private static float[] means(Picture picture, int channel, int step, int width, int height) {
        float[] sums = new float[width * height];
        int[] counts = new int[width * height];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int place = y / step * width + x / step;
                sums[place] += value(picture, (y * picture.width() + x) * picture.channels() + channel);
                counts[place]++;
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= counts[i];
        }
        return sums;
    }

    private static float value(Picture picture, int index) {
        return picture instanceof RgbImage colours
                ? (colours.rgb()[index] & 255) / 255f
                : ((FloatImage) picture).values()[index];
    }

    /** Length of the difference to the next place to the right and below. */
    private static float[] changes(float[] values, int width, int height) {
        float[] changes = new float[values.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                float right = x + 1 < width ? values[i + 1] - values[i] : 0;
                float below = y + 1 < height ? values[i + width] - values[i] : 0;
                changes[i] = (float) Math.sqrt(right * right + below * below);
            }
        }
        return changes;
    }

    /** Means of equal parts of the sorted values; sorts them. */
    private static float[] octiles(float[] values) {
        Arrays.sort(values);
        float[] means = new float[PARTS];
        for (int part = 0; part < PARTS; part++) {
            int from = part * values.length / PARTS;
            int to = Math.max(from + 1, (part + 1) * values.length / PARTS);
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += values[i];
            }
            means[part] = (float) (sum / (to - from));
        }
        return means;
    }

    private static void put(float[] values, float scale, float[] into, int at) {
        for (int i = 0; i < values.length; i++) {
            into[at + i] = scale * values[i];
        }
    }

    /** 0 for pictures that look alike; black and white are 1 apart. @param other of as many channels */
    public double distance(Appearance other) {
        double sum = 0;
        for (int i = 0; i < parts.length; i++) {
            double difference = parts[i] - other.parts[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }
}
