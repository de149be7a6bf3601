package dev.imas.semi;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** How the student follows its gradients (docs/method.md 3.8): {@link Sgd} or {@link AdamW}. */
public interface Optimizer {
    /** Forgets all gradients. */
    void clearGradients();

    /**
     * One update; parameters without a gradient stay as they are.
     *
     * @param lr of the encoder
     */
    void step(double lr);

    /** What the next update depends on beside parameters and gradients, named for checkpoints (live tensors). */
    Map<String, Tensor> memory();
}
