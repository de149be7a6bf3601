package dev.imas.benchmarks;

import dev.imas.nn.Torch;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Steps that the compositions share. All work on float32 and on channels-last tensors [B,H,W,C], whatever the logits
 * are: converting the small logits costs nothing beside the rest, and libtorch's enlargement, softmax over the last
 * dimension and enlargement backwards are fastest so ({@link CandidateBenchmark} has the others).
 */
final class Composition {
    private Composition() {
    }

    /** [B,C,h,w] of any type and layout to [B,H,W,C] float32. */
    static Tensor enlarge(Tensor logits, long full) {
        Tensor low = logits.to(ScalarType.Float).contiguous(MemoryFormat.ChannelsLast);
        return torch.upsample_bilinear2d(low, new long[] {full, full}, true, new DoubleOptional(), new DoubleOptional()).permute(0, 2, 3, 1);
    }

    /** Softmax of the enlarged logits, [B,H,W,C]; the enlarged logits are freed at once. */
    static Tensor probabilities(Tensor logits, long full) {
        return Torch.scoped(() -> torch.softmax(enlarge(logits, full), 3));
    }

    /** The gradient [B,C,h,w] of enlarge, given that of its result [B,H,W,C]. */
    static Tensor enlargeBackward(Tensor gradient, ProblemSize size) {
        return torch.upsample_bilinear2d_backward(gradient.permute(0, 3, 1, 2), new long[] {size.full, size.full},
                new long[] {size.images, size.classes, size.low, size.low}, true, new DoubleOptional(), new DoubleOptional());
    }
}
