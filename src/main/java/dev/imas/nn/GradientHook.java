package dev.imas.nn;

import dev.imas.device.Torch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;

/**
 * Waits for the gradient of a tensor, once a pass: a pass that is watched takes the place of one whose gradient never
 * came.
 */
abstract class GradientHook extends TensorHook {
    private final List<Tensor> kept = new ArrayList<>();

    /**
     * Waits for a gradient.
     *
     * @param watched whose gradient it is
     * @param needed  what stays until then, whatever scope it was made in
     */
    final void watch(Tensor watched, Tensor... needed) {
        forget();
        for (Tensor tensor : needed) {
            tensor.retainReference();
            kept.add(tensor);
        }
        watched.register_hook(this);
    }

    /** The gradient, in a PointerScope of its own and unrecorded; it may be changed in its place. */
    abstract void arrived(Tensor gradient);

    @Override
    final void came(TensorBase gradient) {
        try (PointerScope scope = new PointerScope()) {
            Torch.withoutGradient(() -> arrived(new Tensor(gradient)));
        } finally {
            forget();
        }
    }

    private void forget() {
        kept.forEach(Tensor::releaseReference);
        kept.clear();
    }

    @Override
    public final void close() {
        forget();
        super.close();
    }
}
