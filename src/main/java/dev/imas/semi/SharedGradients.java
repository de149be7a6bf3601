package dev.imas.semi;

import dev.imas.distributed.Ranks;
import dev.imas.nn.SegmentationNetwork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The gradients of all processes, added up. Every parameter's gradient is a view of one of few flat buffers, into which
 * autograd adds; so that the processes exchange large pieces instead of some hundred small ones. A buffer is on its way
 * as soon as a backward pass has added the last of its gradients and goes on with the layers before; one with a
 * parameter that took no part, when the pass is done. Belongs to the PointerScope that it was made in.
 */
public final class SharedGradients {
    /** Of passes: all buffers go on their way at the end. */
    public static final int AT_THE_END = Integer.MAX_VALUE;

    /** Large enough to be worth a message, small enough that the first leaves early and the last is soon there. */
    private static final long BYTES = 8L << 20;

    private final Ranks ranks;
    private final List<Buffer> buffers = new ArrayList<>();

    private final Map<Tensor, Buffer> places = new IdentityHashMap<>();
    /** All of their gradients came, the last one of them perhaps a moment ago. */
    private final List<Buffer> complete = new ArrayList<>();

    private final List<Ranks.Pending> begun = new ArrayList<>();

    /** The gradients of some parameters that follow each other. */
    private static final class Buffer {
        final Tensor gradients;
        /** Of all parameters that learn, in all passes of a step. */
        final long expected;
        /** How many have come since the last step. */
        long arrived;

        boolean begun;

        Buffer(Tensor gradients, long expected) {
            this.gradients = gradients;
            this.expected = expected;
        }
    }

    /**
     * Of a network's parameters, f32, whose layout must not change afterwards.
     *
     * @param passes backward passes of a step
     */
    public SharedGradients(SegmentationNetwork network, int passes, Ranks ranks) {
        this(network, passes, ranks, BYTES);
    }

    /** @param bytes from which on a buffer is large enough */
    SharedGradients(SegmentationNetwork network, int passes, Ranks ranks, long bytes) {
        this.ranks = ranks;
        List<Tensor> members = new ArrayList<>();
        long elements = 0;
        List<Tensor> lastFirst = new ArrayList<>(network.parameters().values()); // as a backward pass comes by them
        Collections.reverse(lastFirst);
        for (Tensor parameter : lastFirst) {
            members.add(parameter);
            elements += parameter.numel();
            if (elements * Float.BYTES >= bytes) {
                join(members, elements, passes);
                members.clear();
                elements = 0;
            }
        }
        if (!members.isEmpty()) {
            join(members, elements, passes);
        }
        network.watchGradients(this::arriving);
    }

    private void join(List<Tensor> members, long elements, int passes) {
        long learning = members.stream().filter(Tensor::requires_grad).count();
        Buffer buffer =
                new Buffer(torch.zeros(new long[] {elements}, members.get(0).options()), learning * passes);
        long offset = 0;
        for (Tensor parameter : members) {
            Tensor gradient =
                    buffer.gradients.as_strided(parameter.shape(), strides(parameter), new LongOptional(offset));
            parameter.mutable_grad().put(gradient);
            places.put(parameter, buffer);
            offset += parameter.numel();
        }
        buffers.add(buffer);
    }

    private static long[] strides(Tensor tensor) {
        long[] strides = new long[(int) tensor.dim()];
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = tensor.stride(axis);
        }
        return strides;
    }

    /**
     * A gradient is about to be added; those that came before it have been. Buffers go in the order in which they
     * became complete, which is the backward pass's and so the same in every process.
     */
    private void arriving(Tensor parameter) {
        complete.forEach(this::begin);
        complete.clear();
        Buffer buffer = places.get(parameter);
        buffer.arrived++;
        if (buffer.arrived == buffer.expected) {
            complete.add(buffer);
        }
    }

    private void begin(Buffer buffer) {
        buffer.begun = true;
        begun.add(ranks.beginSum(buffer.gradients));
    }

    /** Forgets all gradients; they stay where they are. */
    public void forget() {
        complete.clear();
        begun.clear(); // of a step that was broken off
        for (Buffer buffer : buffers) {
            buffer.gradients.zero_();
            buffer.arrived = 0;
            buffer.begun = false;
        }
    }

    /** Adds up what every process found. */
    public void sum() {
        complete.forEach(this::begin);
        complete.clear();
        buffers.stream().filter(buffer -> !buffer.begun).forEach(this::begin);
        begun.forEach(Ranks.Pending::await);
        begun.clear();
    }
}
