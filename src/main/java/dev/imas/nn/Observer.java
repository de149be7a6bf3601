package dev.imas.nn;

import org.bytedeco.pytorch.Tensor;

/** Sees intermediate results of a pass, during the call only. */
public interface Observer {
    /** Nobody looks. */
    Observer NONE = (name, tensor) -> {};

    /** @param name of the layer that made it */
    void accept(String name, Tensor tensor);

    /** Shows a result and hands it on. */
    default Tensor seen(String name, Tensor tensor) {
        accept(name, tensor);
        return tensor;
    }
}
