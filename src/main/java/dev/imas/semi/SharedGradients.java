package dev.imas.semi;

import dev.imas.distributed.Ranks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The gradients of all processes, added up. Every parameter's gradient is a view of one of few flat buffers, into which
 * autograd adds; so that the processes exchange large pieces instead of some hundred small ones. Belongs to the
 * PointerScope that it was made in.
 */
final class SharedGradients {
    /** Large enough to be worth a message, small enough that several are on their way at once. */
    private static final long BYTES = 25L << 20;

    private final Ranks ranks;
    private final List<Tensor> buffers = new ArrayList<>();

    /** @param parameters f32; their layout must not change afterwards */
    SharedGradients(Collection<Tensor> parameters, Ranks ranks) {
        this.ranks = ranks;
        List<Tensor> members = new ArrayList<>();
        long elements = 0;
        for (Tensor parameter : parameters) {
            members.add(parameter);
            elements += parameter.numel();
            if (elements * Float.BYTES >= BYTES) {
                join(members, elements);
                members.clear();
                elements = 0;
            }
        }
        if (!members.isEmpty()) {
            join(members, elements);
        }
    }

    private void join(List<Tensor> members, long elements) {
        Tensor buffer = torch.zeros(new long[] {elements}, members.get(0).options());
        long offset = 0;
        for (Tensor parameter : members) {
            Tensor gradient = buffer.as_strided(parameter.shape(), strides(parameter), new LongOptional(offset));
            parameter.mutable_grad().put(gradient);
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

    /** Forgets all gradients; they stay where they are. */
    void forget() {
        buffers.forEach(Tensor::zero_);
    }

    /** Adds up what every process found. */
    void sum() {
        ranks.sum(buffers);
    }
}
