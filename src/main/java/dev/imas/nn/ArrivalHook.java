package dev.imas.nn;

import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;

/** Tells of every gradient that autograd is about to add to a parameter's own. */
final class ArrivalHook extends TensorHook {
    private final Tensor parameter;
    private final Consumer<Tensor> arriving;

    ArrivalHook(Tensor parameter, Consumer<Tensor> arriving) {
        this.parameter = parameter;
        this.arriving = arriving;
        parameter.register_hook(this);
    }

    @Override
    void came(TensorBase gradient) {
        arriving.accept(parameter);
    }
}
