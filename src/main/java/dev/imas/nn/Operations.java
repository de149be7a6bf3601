package dev.imas.nn;

import java.util.List;
import java.util.Optional;

/**
 * The operations of an evaluation pass, for whoever writes a network down in another form ({@link
 * SegmentationNetwork#describe}). Weights are named by their state-dict keys.
 *
 * @param <V> what stands for a tensor [B,C,H,W] there
 */
public interface Operations<V> {
    /**
     * A square convolution.
     *
     * @param weight  key of [out,in,k,k]
     * @param bias    key of [out], if there is one
     * @param padding zeros on every side
     */
    V convolution(V x, String weight, Optional<String> bias, int stride, int padding, int dilation);

    /**
     * Batch normalisation by running statistics.
     *
     * @param prefix of the keys {@code .weight}, {@code .bias}, {@code .running_mean} and {@code .running_var}
     */
    V batchNorm(V x, String prefix, double epsilon);

    /** max(x, 0). */
    V relu(V x);

    /** The largest of k x k values, padded on every side; a window may reach over the end (ceil mode). */
    V maxPool(V x, int kernel, int stride, int padding);

    /** a + b of one shape. */
    V sum(V a, V b);

    /** The mean of every plane, [B,C,1,1]. */
    V planeMeans(V x);

    /** [B,C,1,1] at the height and width of another one. */
    V repeated(V x, V like);

    /** Bilinear, with aligned corners, to the height and width of another one. */
    V enlarged(V x, V like);

    /** Planes side by side, in this order. */
    V joined(List<V> parts);
}
