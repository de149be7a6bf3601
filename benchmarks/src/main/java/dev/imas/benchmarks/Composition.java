package dev.imas.benchmarks;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Steps that the compositions share: one image at a time, into buffers that exist already, in float32 and
 * channels-last.
 * That is the fastest way we found ({@link CandidateBenchmark} has others). Fresh tensors of a whole batch cost more in
 * page faults than in arithmetic; converting the small logits costs nothing beside the rest; and libtorch enlarges,
 * takes
 * the softmax over the last dimension and enlarges backwards fastest in this order. Closed-form gradients made in place
 * beat autograd, which keeps and fills more tensors.
 */
final class Composition {
    private final ProblemSize size;
    /** [1,C,H,W], channels-last */
    private final Tensor enlarged;
    /** [B,H,W,C]; takes memory only where it is used */
    private final Tensor probabilities;

    /** @param place where the buffers are to lie */
    Composition(ProblemSize size, KernelBenchmark place) {
        this.size = size;
        enlarged = place.allocate(ScalarType.Float, 1, size.full, size.full, size.classes)
                .permute(0, 3, 1, 2);
        probabilities = place.allocate(ScalarType.Float, size.images, size.full, size.full, size.classes);
    }

    /** Logits [B,C,h,w] of any type and layout as the other steps want them. */
    static Tensor low(Tensor logits) {
        return logits.to(ScalarType.Float).contiguous(MemoryFormat.ChannelsLast);
    }

    /** One image's logits, [1,H,W,C]; valid until the next call. */
    Tensor enlarge(Tensor low, long image) {
        long[] full = {size.full, size.full};
        return torch.upsample_bilinear2d_outf(
                        low.narrow(0, image, 1), full, true, new DoubleOptional(), new DoubleOptional(), enlarged)
                .permute(0, 2, 3, 1);
    }

    /**
     * One image's probabilities, [1,H,W,C], in slot `slot` of as many as the batch has images; valid until that is used
     * again.
     */
    Tensor softmax(Tensor low, long image, long slot) {
        return torch.softmax_outf(enlarge(low, image), 3, new ScalarTypeOptional(), probabilities.narrow(0, slot, 1));
    }

    /** All slots, [B,H,W,C]. */
    Tensor probabilities() {
        return probabilities;
    }

    /** Writes the gradient of one image's logits, given that of its enlarged ones, [1,H,W,C]. */
    void enlargeBackward(Tensor gradient, Tensor logitsGradient, long image) {
        long[] full = {size.full, size.full};
        long[] low = {1, size.classes, size.low, size.low};
        logitsGradient
                .narrow(0, image, 1)
                .copy_(torch.upsample_bilinear2d_backward(
                        gradient.permute(0, 3, 1, 2), full, low, true, new DoubleOptional(), new DoubleOptional()));
    }

    void close() {
        enlarged.close();
        probabilities.close();
    }
}
