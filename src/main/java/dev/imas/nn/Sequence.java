package dev.imas.nn;

import dev.imas.device.Torch;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * One layer after the other. Each intermediate result is released as soon as the next one exists, so without gradients
 * no more than two of them are in memory (with gradients autograd keeps what it needs).
 */
record Sequence(List<Layer> layers) implements Layer {
    @Override
    public Tensor forward(Tensor x, boolean train) {
        Tensor current = x;
        try {
            for (Layer layer : layers) {
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
    }

    @Override
    public void freeze(StateBuilder owner) {
        layers.forEach(layer -> layer.freeze(owner));
    }

    @Override
    public <V> V describe(Operations<V> operations, V x) {
        V current = x;
        for (Layer layer : layers) {
            current = layer.describe(operations, current);
        }
        return current;
    }

    private static void release(Tensor current, Tensor input) {
        if (current != input) {
            current.releaseReference();
        }
    }
}
