package dev.imas.verify.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.common.UserException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntToDoubleFunction;
import java.util.zip.CRC32;

/**
 * The deterministic filler that stands for weights and images too large to record: every value is a hash of a name
 * and a flat index. A recording may put a prefix before every name, be it a state-dict key or an image.
 */
public final class Filler {
    private static final int BLOCK = 8;

    private final String prefix;

    /** @param prefix put before every name; empty for none */
    public Filler(String prefix) {
        this.prefix = prefix;
    }

    /**
     * The filler of a recording, with the prefix under its key {@code filler_prefix}; without that key there is none.
     */
    public static Filler of(JsonNode recording) {
        JsonNode prefix = recording.path("filler_prefix");
        if (!prefix.isMissingNode() && !prefix.isTextual()) {
            throw new UserException(
                    "the recorded data hold filler_prefix " + prefix + " where a text was expected; fetch them again");
        }
        return new Filler(prefix.asText());
    }

    public String prefix() {
        return prefix;
    }

    /** Value number i of a whole name, its prefix included, in [0,1). */
    public static double uniform(String name, int i) {
        return uniform(seed(name), i);
    }

    /** All values of a whole name, its prefix included, by their number. */
    public static IntToDoubleFunction uniforms(String name) {
        int seed = seed(name);
        return i -> uniform(seed, i);
    }

    /**
     * The values of a state-dict entry. Convolutions are scaled by their fan-in, biases and running means are small,
     * normalisation weights and running variances lie around 1, the last ones of residual branches around 0.1.
     */
    public float[] state(String key, long... shape) {
        int n = 1;
        for (long extent : shape) {
            n = Math.multiplyExact(n, Math.toIntExact(extent));
        }
        float[] values = new float[n];
        int seed = seed(prefix + key);
        for (int i = 0; i < n; i++) {
            values[i] = (float) stateValue(key, shape, uniform(seed, i));
        }
        return values;
    }

    private static double stateValue(String key, long[] shape, double u) {
        double centred = 2 * u - 1;
        if (key.endsWith(".num_batches_tracked")) {
            return 0;
        }
        if (shape.length == 4) {
            double scale = Math.sqrt(5.0 / (shape[1] * shape[2] * shape[3]));
            boolean last = key.equals("decoder.classifier.6.weight") || key.equals("auxor.aux.3.weight");
            return centred * scale * (last ? 1.5 : 1);
        }
        if (key.endsWith(".running_var")) {
            return 0.5 + u;
        }
        if (key.endsWith(".weight")) {
            return key.endsWith(".bn3.weight") ? 0.2 * u : 0.5 + u;
        }
        return 0.1 * centred;
    }

    /** An image of shape n x c x h x w, row-major: coarse blocks of 8x8 pixels with fine noise. */
    public float[] image(String name, int n, int c, int h, int w) {
        int rows = (h + BLOCK - 1) / BLOCK;
        int columns = (w + BLOCK - 1) / BLOCK;
        int coarse = seed(prefix + name + ".coarse");
        int fine = seed(prefix + name);
        float[] values = new float[n * c * h * w];
        for (int i = 0; i < values.length; i++) {
            int x = i % w;
            int y = i / w % h;
            int plane = i / (w * h);
            double block = uniform(coarse, (plane * rows + y / BLOCK) * columns + x / BLOCK);
            values[i] = (float) (2 * (2 * block - 1) + 0.5 * (2 * uniform(fine, i) - 1));
        }
        return values;
    }

    private static double uniform(int seed, int i) {
        int h = seed + i * (int) 2654435761L;
        h = (h ^ h >>> 16) * 0x45d9f3b;
        return Integer.toUnsignedLong(h ^ h >>> 16) / 4294967296.0;
    }

    private static int seed(String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }
}
