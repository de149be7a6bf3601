package dev.imas.verify;

import java.nio.charset.StandardCharsets;

/**
 * The filler's definition once more, word for word and bit by bit, over whole names: what {@code Filler} answers to.
 * 64-bit arithmetic, reduced to 32 bits after every operation.
 */
public final class PlainFiller {
    private static final long MASK = 0xffffffffL;

    private PlainFiller() {}

    /** Value number i of a name, in [0,1). */
    public static double uniform(String wholeName, long i) {
        long h = crc(wholeName) + i * 2654435761L & MASK;
        h = (h ^ h >> 16) * 0x45d9f3bL & MASK;
        return (h ^ h >> 16) / 4294967296.0;
    }

    /** The values of a state-dict entry whose filler name is {@code prefix + key}. */
    public static float[] state(String prefix, String key, long... shape) {
        int n = 1;
        for (long extent : shape) {
            n *= (int) extent;
        }
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            double u = uniform(prefix + key, i);
            double value;
            if (shape.length == 4) {
                value = (2 * u - 1) * Math.sqrt(5.0 / (shape[1] * shape[2] * shape[3]));
                value *= key.equals("decoder.classifier.6.weight") || key.equals("auxor.aux.3.weight") ? 1.5 : 1;
            } else if (key.endsWith("bias") || key.endsWith("running_mean")) {
                value = 0.1 * (2 * u - 1);
            } else if (key.endsWith("running_var")) {
                value = 0.5 + u;
            } else if (key.endsWith("num_batches_tracked")) {
                value = 0;
            } else {
                value = key.endsWith(".bn3.weight") ? 0.2 * u : 0.5 + u;
            }
            values[i] = (float) value;
        }
        return values;
    }

    /** The image of a whole name, shape N x C x H x W. */
    public static float[] image(String wholeName, int n, int c, int h, int w) {
        int hb = (h + 7) / 8;
        int wb = (w + 7) / 8;
        float[] pixels = new float[n * c * h * w];
        for (int plane = 0; plane < n * c; plane++) {
            for (int y = 0; y < h; y++) {
                for (int x = 0; x < w; x++) {
                    double coarse = uniform(wholeName + ".coarse", ((long) plane * hb + y / 8) * wb + x / 8);
                    double fine = uniform(wholeName, ((long) plane * h + y) * w + x);
                    pixels[(plane * h + y) * w + x] = (float) (2 * (2 * coarse - 1) + 0.5 * (2 * fine - 1));
                }
            }
        }
        return pixels;
    }

    /** CRC-32 as in zlib, one bit at a time. */
    private static long crc(String text) {
        long crc = MASK;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 1 ? crc >> 1 ^ 0xedb88320L : crc >> 1;
            }
        }
        return crc ^ MASK;
    }
}
