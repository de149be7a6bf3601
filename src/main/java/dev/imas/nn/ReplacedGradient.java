package dev.imas.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;

/**
 * Gives autograd a gradient that was made elsewhere, in the place of its own. One of a network, for all its
 * convolutions: autograd asks for a gradient right after it was put, so that only the last one is held on to. For of
 * the nodes that are ready it takes the one made last, and stand-in and result are made one after the other by the
 * thread of the pass.
 */
final class ReplacedGradient extends TensorTensorHook {
    private Tensor gradient;
    private boolean asked;

    ReplacedGradient() {
        retainReference(); // libtorch's nodes hold on to it, whatever scope it was made in
    }

    /** What the next call gives. */
    void put(Tensor made) {
        if (gradient != null && !asked) {
            throw new IllegalStateException("autograd did not ask for the gradient before this one");
        }
        forget();
        made.retainReference();
        gradient = made;
        asked = false;
    }

    @Override
    public TensorBase call(TensorBase own) {
        own.close();
        asked = true;
        return gradient;
    }

    /** Lets go of the last one: autograd has it, or the pass was abandoned. */
    void forget() {
        if (gradient != null) {
            gradient.releaseReference();
            gradient = null;
        }
    }

    @Override
    public void close() {
        forget();
        super.close();
    }
}
