package dev.imas.train;

import dev.imas.common.UserException;
import dev.imas.device.Torch;
import dev.imas.distributed.Ranks;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Whether all processes have the same tensors, bit for bit: what they train together is one network only then. A sum
 * over the bits, weighted by their places, takes a small part of a step.
 */
final class SameWeights {
    /** A prime; places that far apart share a weight. */
    private static final long PERIOD = 65_521;

    private SameWeights() {}

    /** @throws UserException in every process when one has others */
    static void require(Map<String, Tensor> tensors, Ranks ranks) {
        if (ranks.alone()) {
            return;
        }
        long[] all = ranks.gathered(new long[] {hash(tensors)});
        for (int rank = 1; rank < all.length; rank++) {
            if (all[rank] != all[0]) {
                throw new UserException("rank " + rank + " has other weights than rank 0, so the processes do not train"
                        + " one network any more: a machine computes wrongly, or they are not alike (processor, GPU,"
                        + " driver); --resume goes on from the last checkpoint");
            }
        }
    }

    static long hash(Map<String, Tensor> tensors) {
        long hash = 0;
        for (Tensor tensor : tensors.values()) {
            hash = hash * 31 + Torch.withoutGradient(() -> hash(tensor));
        }
        return hash;
    }

    /** Integers wrap round, so that the order of adding does not matter. */
    private static long hash(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor bits = tensor.detach()
                    .contiguous()
                    .view(tensor.scalar_type().intern() == ScalarType.Long ? ScalarType.Long : ScalarType.Int)
                    .flatten()
                    .to(ScalarType.Long);
            Tensor place = torch.arange(new Scalar(bits.numel()), bits.options())
                    .remainder_(new Scalar(PERIOD))
                    .add_(new Scalar(1));
            return bits.mul(place).sum().item_long();
        }
    }
}
