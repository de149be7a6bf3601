package dev.imas.nn;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A piece of the network: a function of one [B,C,H,W] tensor. The result belongs to the current PointerScope. */
interface Layer {
    /**
     * @param x     input, left unchanged
     * @param train batch statistics and their update (true) or running statistics (false)
     */
    Tensor forward(Tensor x, boolean train);

    /**
     * Makes ready for passes with running statistics alone, by weights that stay as they are.
     *
     * @param owner keeps what is made for it
     */
    default void freeze(StateBuilder owner) {}

    /** The same by other operations than libtorch's, with running statistics. */
    <V> V describe(Operations<V> operations, V x);

    /** One layer after the other. */
    static Layer sequence(List<? extends Layer> layers) {
        return new Sequence(List.copyOf(layers));
    }
}
