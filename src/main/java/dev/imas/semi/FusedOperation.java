package dev.imas.semi;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorVector;

/** One of libtorch's operations that update a whole list of parameters in one call; Java reaches them boxed alone. */
final class FusedOperation {
    private final OperatorHandle handle;

    /** @param name with its namespace, as {@code aten::_fused_sgd_} */
    FusedOperation(String name) {
        handle = Dispatcher.singleton().findSchemaOrThrow(name, "");
    }

    /** @param arguments all of its schema's, in that order */
    void call(IValue... arguments) {
        handle.callBoxed(new IValueVector(arguments));
    }

    static IValue list(TensorVector tensors) {
        return new IValue(new GenericList((Pointer) new TensorList(tensors)));
    }
}
