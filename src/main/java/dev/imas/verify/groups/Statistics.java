package dev.imas.verify.groups;

import dev.imas.verify.memory.Tensors;
import org.bytedeco.pytorch.Tensor;

/** What is recorded of a tensor, summed in double precision. */
record Statistics(int[] shape, double mean, double deviation, double norm, double largest, float[] samples) {
    static Statistics of(Tensor tensor) {
        float[] values = Tensors.floats(tensor);
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (float v : values) {
            sum += v;
            squares += (double) v * v;
            largest = Math.max(largest, Math.abs(v));
        }
        double mean = sum / values.length;
        double variance = (squares - sum * mean) / Math.max(values.length - 1, 1);
        int[] shape = new int[(int) tensor.dim()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = (int) tensor.size(i);
        }
        return new Statistics(shape, mean, Math.sqrt(variance), Math.sqrt(squares), largest, Samples.of(values));
    }

    /** The largest difference of a sample; NaN when their numbers differ. */
    double furthest(float[] recorded) {
        double furthest = recorded.length == samples.length ? 0 : Double.NaN;
        for (int i = 0; i < Math.min(recorded.length, samples.length); i++) {
            furthest = Math.max(furthest, Math.abs(recorded[i] - samples[i]));
        }
        return furthest;
    }
}
