package dev.imas.verify.memory;

import dev.imas.common.UserException;
import dev.imas.weights.SafetensorsFile;
import java.util.Arrays;

/**
 * Logits on the Java heap.
 *
 * @param values  [images, classes, height, width], row-major
 * @param images  B
 * @param classes C
 * @param height  h, rows of the network's output
 * @param width   w
 */
public record Logits(float[] values, int images, int classes, int height, int width) {
    /** A recorded tensor. */
    public static Logits of(SafetensorsFile tensors, String name) {
        SafetensorsFile.Entry entry = tensors.get(name);
        long[] s = entry.shape();
        if (s.length != 4) {
            throw new UserException("the recorded logits " + name + " have shape " + Arrays.toString(s)
                    + ", expected 4 axes; fetch the recorded data again");
        }
        return new Logits(entry.floats(), (int) s[0], (int) s[1], (int) s[2], (int) s[3]);
    }

    public long[] shape() {
        return new long[] {images, classes, height, width};
    }
}
