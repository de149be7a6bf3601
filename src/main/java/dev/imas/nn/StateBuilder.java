package dev.imas.nn;

import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Makes a network's tensors in state-dict order and owns them until {@link #close}. */
final class StateBuilder implements AutoCloseable {
    private static final ThreadLocal<Boolean> UNDRAWN = ThreadLocal.withInitial(() -> false);

    private final long seed;
    private final boolean undrawn = UNDRAWN.get();
    private final Ranks normalized;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Map<String, TensorOptional> optionals = new LinkedHashMap<>();
    private final Map<String, Tensor> counters = new LinkedHashMap<>();
    private final List<Runnable> closing = new ArrayList<>();
    private Tensor allCounters;
    private boolean usesKernels;
    private ReplacedGradient replacedGradient;
    private Consumer<Tensor> arriving = parameter -> {};

    StateBuilder(long seed) {
        this(seed, Ranks.ALONE);
    }

    /** @param normalized the processes whose images batch normalisation sees together */
    StateBuilder(long seed, Ranks normalized) {
        this.seed = seed;
        this.normalized = normalized;
    }

    /** The processes whose images batch normalisation sees together. */
    Ranks normalized() {
        return normalized;
    }

    /** Whether convolutions and linear layers may be the kernels'; see {@link KernelConvolution}. */
    boolean usesKernels() {
        return usesKernels;
    }

    void useKernels() {
        usesKernels = true;
    }

    /** For what stands in for convolutions' images. */
    ReplacedGradient replacedGradient() {
        if (replacedGradient == null) {
            replacedGradient = new ReplacedGradient();
            closing.add(replacedGradient::close);
        }
        return replacedGradient;
    }

    /** To be told of every parameter whose gradient is about to be added to its own. */
    void watchGradients(Consumer<Tensor> arriving) {
        this.arriving = arriving;
        parameters.values().stream()
                .filter(Tensor::requires_grad)
                .forEach(parameter -> keep(new ArrivalHook(parameter, arriving)));
    }

    /** A gradient that does not come by autograd is about to be added to the parameter's own. */
    void arriving(Tensor parameter) {
        arriving.accept(parameter);
    }

    /** Lets a network be made on this thread whose parameters are NaN where they would be drawn. */
    static <N> N undrawn(Supplier<N> making) {
        UNDRAWN.set(true);
        try {
            return making.get();
        } finally {
            UNDRAWN.remove();
        }
    }

    /** A learnable float32 tensor of that shape, with its first values. */
    Tensor parameter(String key, Initializer initializer, long... shape) {
        Tensor tensor = make(ScalarType.Float, shape);
        if (initializer instanceof Initializer.Constant constant) {
            fill(tensor, constant.value());
        } else if (undrawn) {
            fill(tensor, Float.NaN);
        } else {
            tensor.data_ptr_float().put(initializer.draw(Math.toIntExact(tensor.numel()), seed, key));
        }
        tensor.set_requires_grad(true);
        parameters.put(key, tensor);
        return register(key, tensor);
    }

    /** A tensor that is not learned, filled with one value. */
    Tensor buffer(String key, ScalarType type, double value, long... shape) {
        Tensor tensor = make(type, shape);
        fill(tensor, value);
        buffers.put(key, tensor);
        return register(key, tensor);
    }

    /** A count of passes, an integer in host memory whatever the device: nothing is computed from it. */
    void counter(String key) {
        counters.put(key, buffer(key, ScalarType.Long, 0));
    }

    /**
     * Lays the counters side by side in memory, in a type, so that one operation on {@link #counters} reaches them
     * all. To be said when all are there.
     */
    void joinCounters(ScalarType type) {
        Tensor joined = make(type, counters.size());
        try (PointerScope scope = new PointerScope()) {
            int i = 0;
            for (Tensor counter : counters.values()) {
                Tensor place = joined.select(0, i++);
                place.copy_(counter);
                counter.set_data(place);
            }
        }
        if (allCounters != null) {
            allCounters.close();
        }
        allCounters = joined;
    }

    /** All counters as one tensor [n]. */
    Tensor counters() {
        return allCounters;
    }

    /** Keeps what was made from the tensors, and closes it with them. */
    FusedConvolution keep(FusedConvolution made) {
        closing.add(made::close);
        return made;
    }

    /** Closes a hook with the tensors. */
    void keep(TensorHook hook) {
        closing.add(hook::close);
    }

    /** The tensors that passes compute with: all but the counters. */
    Map<String, Tensor> computed() {
        Map<String, Tensor> computed = new LinkedHashMap<>(state);
        computed.keySet().removeAll(counters.keySet());
        return computed;
    }

    /**
     * The tensor of that key as an optional argument of libtorch's functions. It shares the tensor's implementation,
     * so it follows when the tensor's data is replaced (device, layout).
     */
    TensorOptional optional(String key) {
        return optionals.computeIfAbsent(key, k -> {
            TensorOptional optional = new TensorOptional(state.get(k));
            optional.retainReference();
            return optional;
        });
    }

    Map<String, Tensor> state() {
        return Collections.unmodifiableMap(state);
    }

    Map<String, Tensor> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    Map<String, Tensor> buffers() {
        return Collections.unmodifiableMap(buffers);
    }

    private Tensor register(String key, Tensor tensor) {
        if (state.put(key, tensor) != null) {
            throw new IllegalStateException("two tensors are named " + key);
        }
        return tensor;
    }

    private static Tensor make(ScalarType type, long... shape) {
        return Torch.owned(() -> torch.empty(shape, new TensorOptions(type), new MemoryFormatOptional()));
    }

    private static void fill(Tensor tensor, double value) {
        try (PointerScope scope = new PointerScope()) {
            tensor.fill_(new Scalar(value));
        }
    }

    /** Releases every tensor; a second call does nothing. */
    @Override
    public void close() {
        closing.forEach(Runnable::run);
        optionals.values().forEach(TensorOptional::close);
        state.values().forEach(Tensor::close);
        if (allCounters != null) {
            allCounters.close();
            allCounters = null;
        }
        closing.clear();
        optionals.clear();
        state.clear();
        parameters.clear();
        buffers.clear();
        counters.clear();
    }
}
