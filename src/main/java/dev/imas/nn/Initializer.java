package dev.imas.nn;

import dev.imas.common.Rng;
import java.util.stream.IntStream;

/** How a parameter's first values are drawn. */
public sealed interface Initializer {
    /** Values of one draw stream; fixed so that the values depend on nothing but seed, key and position. */
    int CHUNK = 1 << 14;

    /** Every element the same. */
    record Constant(float value) implements Initializer {}

    /** Normal with mean 0. */
    record Normal(double deviation) implements Initializer {}

    /** Uniform in (-bound, bound). */
    record Uniform(double bound) implements Initializer {}

    /** Kaiming-normal by fan-out for a convolution followed by ReLU: the encoder's. */
    static Initializer encoderWeight(long out, long kernel) {
        return new Normal(Math.sqrt(2.0 / (out * kernel * kernel)));
    }

    /** Kaiming-uniform with a = sqrt(5), and its bias: both uniform within 1/sqrt(fan-in). The decoder's. */
    static Initializer decoder(long in, long kernel) {
        return new Uniform(1 / Math.sqrt((double) in * kernel * kernel));
    }

    /** The first {@code count} values of the parameter of this key; the same on any thread. */
    default float[] draw(int count, long seed, String key) {
        float[] values = new float[count];
        IntStream.rangeClosed(0, (count - 1) / CHUNK).parallel().forEach(chunk -> {
            int end = (int) Math.min(count, (chunk + 1L) * CHUNK);
            Rng random = Rng.of(seed, "init " + key, chunk);
            for (int i = chunk * CHUNK; i < end; i++) {
                values[i] = next(random);
            }
        });
        return values;
    }

    private float next(Rng random) {
        if (this instanceof Normal normal) {
            return (float) (normal.deviation * random.gaussian());
        }
        if (this instanceof Uniform uniform) {
            return (float) random.uniform(-uniform.bound, uniform.bound);
        }
        return ((Constant) this).value;
    }
}
