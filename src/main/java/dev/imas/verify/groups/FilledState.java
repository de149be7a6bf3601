package dev.imas.verify.groups;

import dev.imas.verify.engine.Filler;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The filler's values as a network's weights and running statistics. */
final class FilledState {
    private FilledState() {}

    /** Fills a fresh network's state, still on the CPU; the counters, which the filler leaves at 0, are 0 already. */
    static void fill(Map<String, Tensor> state, Filler filler) {
        state.entrySet().parallelStream()
                .filter(entry -> entry.getValue().scalar_type().intern() == ScalarType.Float)
                .forEach(entry -> {
                    try (PointerScope scope = new PointerScope()) {
                        entry.getValue()
                                .data_ptr_float()
                                .put(filler.state(
                                        entry.getKey(), entry.getValue().shape()));
                    }
                });
    }
}
