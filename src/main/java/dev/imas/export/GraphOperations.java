package dev.imas.export;

import dev.imas.nn.Operations;

/**
 * The operations of an exported model: those of the network, and those that lead from stored values to its input and
 * from its logits to probabilities.
 *
 * @param <V> what stands for a tensor [B,C,H,W]
 */
interface GraphOperations<V> extends Operations<V> {
    /** x * factor. */
    V scaled(V x, float factor);

    /** (x - low) / width, one of each a channel; in float32, the difference first. */
    V placed(V x, float[] low, float[] width);

    /** Values below 0 become 0, those above 1 become 1. */
    V clamped(V x);

    /** The nearest whole number; halves become the higher one. */
    V rounded(V x);

    /**
     * Every row filtered to floor(factor * width) values, at least 1, by a triangle as wide as two of them: the
     * antialiased bilinear filter.
     *
     * @param factor in (0,1)
     * @param whole  results are the nearest whole numbers, halves the higher one
     */
    V reducedWidth(V x, double factor, boolean whole);

    /** As {@link #reducedWidth}, of every column. */
    V reducedHeight(V x, double factor, boolean whole);

    /** Over the channels. */
    V softmax(V x);
}
