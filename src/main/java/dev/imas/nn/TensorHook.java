package dev.imas.nn;

import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/**
 * What autograd calls with the gradient of a tensor. Belongs to the network, which closes it.
 *
 * <p>The handle that comes with a call is closed at its end: JavaCPP would keep it, and with it the gradient, until the
 * scope around the pass is closed; and where a thread of autograd's calls, as on a GPU, for ever.
 */
abstract class TensorHook extends VoidTensorHook {
    TensorHook() {
        retainReference(); // libtorch's nodes hold on to it, whatever scope it was made in
    }

    /** The gradient, valid during the call. */
    abstract void came(TensorBase gradient);

    @Override
    public final void call(TensorBase gradient) {
        try (gradient) {
            came(gradient);
        }
    }
}
