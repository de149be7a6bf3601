package dev.imas.export;

import dev.imas.nn.SegmentationNetwork;
import dev.imas.weights.NetworkSpec;

/**
 * What is exported: from stored values float32 [N,C,H,W] of any size to the probabilities of the classes, float32
 * [N,classes,H,W] at that size, with reduction, normalisation, enlargement and softmax inside, so that no other program
 * has to know or guess them.
 *
 * @param network of which the running statistics and weights are written; on the CPU
 * @param spec    its classes, their names and colours
 * @param input   what it is given
 */
record Model(SegmentationNetwork network, NetworkSpec spec, ModelInput input) {
    /** The whole model by a format's operations. */
    <V> V describe(GraphOperations<V> graph, V pictures) {
        V logits = network.describe(graph, input.normalized(graph, pictures));
        return graph.softmax(graph.enlarged(logits, pictures));
    }
}
