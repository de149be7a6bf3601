package dev.imas.nn;

import dev.imas.device.Torch;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A piece of the network: a function of one [B,C,H,W] tensor. The result belongs to the current PointerScope. */
@FunctionalInterface
interface Layer {
    /**
     * @param x     input, left unchanged
     * @param train batch statistics and their update (true) or running statistics (false)
     */
    Tensor forward(Tensor x, boolean train);

    /**
     * One layer after the other. Each intermediate result is released as soon as the next one exists, so without
     * gradients no more than two of them are in memory (with gradients autograd keeps what it needs).
     */
    static Layer sequence(List<? extends Layer> layers) {
        List<Layer> copy = List.copyOf(layers);
        return (x, train) -> {
            Tensor current = x;
            try {
                for (Layer layer : copy) {
                    Tensor input = current;
                    Tensor next = Torch.owned(() -> layer.forward(input, train));
                    release(current, x);
                    current = next;
                }
            } catch (RuntimeException | Error e) {
                release(current, x);
                throw e;
            }
            return current == x ? x : Torch.adopt(current);
        };
    }

    private static void release(Tensor current, Tensor input) {
        if (current != input) {
            current.releaseReference();
        }
    }
}
