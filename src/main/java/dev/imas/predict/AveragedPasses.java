package dev.imas.predict;

import static org.bytedeco.pytorch.global.torch.softmax;

import dev.imas.common.Interrupts;
import dev.imas.device.Torch;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Several passes over the same images as one: their probabilities are averaged. What comes out are the logarithms of
 * the means, whose softmax is the means, so that whole pictures, windows and tiles are seen by several networks, or by
 * one in several positions, as they are by one.
 */
final class AveragedPasses {
    /** Below float32's least normal number logarithms lose their digits, and that of 0 is no number. */
    private static final double LEAST = 1e-37;

    private AveragedPasses() {}

    /**
     * @param passes at least one; each from images [B,channels,H,W] to logits [B,C,h,w] of the same size, which may
     *               themselves come from turned images
     * @return of one pass that itself, bit for bit
     */
    static UnaryOperator<Tensor> of(List<UnaryOperator<Tensor>> passes) {
        return passes.size() == 1 ? passes.get(0) : images -> Torch.scoped(() -> mean(passes, images));
    }

    private static Tensor mean(List<UnaryOperator<Tensor>> passes, Tensor images) {
        Tensor sum = probabilities(passes.get(0), images);
        for (UnaryOperator<Tensor> pass : passes.subList(1, passes.size())) {
            Interrupts.check();
            try (PointerScope scope = new PointerScope()) {
                sum.add_(probabilities(pass, images));
            }
        }
        return sum.div_(new Scalar((double) passes.size()))
                .clamp_min_(new Scalar(LEAST))
                .log_();
    }

    private static Tensor probabilities(UnaryOperator<Tensor> pass, Tensor images) {
        return Torch.scoped(() -> softmax(pass.apply(images).to(ScalarType.Float), 1));
    }
}
