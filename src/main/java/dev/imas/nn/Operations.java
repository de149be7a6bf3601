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

    /**
     * An enlargement by a whole factor that is learned: every pixel becomes a square of its own.
     *
     * @param weight key of [in,out,factor,factor]
     * @param bias   key of [out]
     */
    V transposedConvolution(V x, String weight, String bias, int factor);

    /** Bilinear, with aligned corners, to twice the height and width. */
    V doubled(V x);

    /** Bilinear, with aligned corners, to the nearest sides that are multiples of a number, halves up. */
    V wholePatches(V x, int multiple);

    /**
     * A map [B,D,h,w] as tokens [B,1+h*w,D]: row by row behind the class token, and all of it beside the table of
     * positions, resized as {@link PositionTable} says.
     *
     * @param classToken key of [1,1,D]
     * @param table      key of [1,1+side*side,D]
     */
    V tokens(V map, String classToken, String table, int side);

    /** Tokens without the first as a map [B,D,h,w] of another one's height and width. */
    V map(V tokens, V like);

    /** x Wᵀ + b over the last dimension; keys are {@code prefix} with {@code .weight} and {@code .bias}. */
    V linear(V tokens, String prefix);

    /** Every token normalised by itself; keys are {@code prefix} with {@code .weight} and {@code .bias}. */
    V tokenNorm(V tokens, String prefix, double epsilon);

    /** x/2 (1 + erf(x/sqrt 2)). */
    V gelu(V x);

    /**
     * Attention of every token to all: [B,T,3D] of queries, keys and values, each of so many heads, to [B,T,D].
     *
     * @param scale on queries
     */
    V attention(V queryKeyValue, int heads, double scale);

    /** Tokens times numbers, one a channel: key of [D]. */
    V times(V tokens, String key);
}
