package dev.imas.nn;

import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/** Tells of every gradient that autograd is about to add to a parameter's own. The network closes it. */
final class ArrivalHook extends VoidTensorHook {
    private final Tensor parameter;
    private final Consumer<Tensor> arriving;

    ArrivalHook(Tensor parameter, Consumer<Tensor> arriving) {
        this.parameter = parameter;
        this.arriving = arriving;
        retainReference(); // as the parameter holds on to it
        parameter.register_hook(this);
    }

    @Override
    public void call(TensorBase gradient) {
        arriving.accept(parameter);
    }
}
