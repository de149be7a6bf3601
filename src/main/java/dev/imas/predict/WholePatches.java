package dev.imas.predict;

import dev.imas.config.ImasConfig.PatchFit;
import dev.imas.device.Torch;
import dev.imas.nn.Bilinear;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Shows images of any size to a network whose images must have sides that are multiples of a number (method 5): a
 * vision transformer, which cuts them into patches.
 */
public final class WholePatches {
    private WholePatches() {}

    /**
     * A network for images of any size.
     *
     * @param network  images [B,channels,H,W] of fitting sizes to logits [B,C,h,w] of any size
     * @param multiple that the sides are to be of; 1: the network itself
     */
    public static UnaryOperator<Tensor> around(UnaryOperator<Tensor> network, int multiple, PatchFit fit) {
        return multiple == 1 ? network : images -> answer(images, network, multiple, fit);
    }

    /** The nearest multiple of a side, halves up, and one at least: what resizing makes of it. */
    public static long rounded(long side, int multiple) {
        return Math.max(1, (2 * side + multiple) / (2L * multiple)) * multiple;
    }

    /** The images in sizes that fit, in the caller's PointerScope; images that fit are returned as they are. */
    static Tensor fitted(Tensor images, int multiple, PatchFit fit) {
        long height = images.size(2);
        long width = images.size(3);
        if (height % multiple == 0 && width % multiple == 0) {
            return images;
        }
        if (fit == PatchFit.RESIZE) {
            return Bilinear.enlarged(images, rounded(height, multiple), rounded(width, multiple));
        }
        long[] beyond = {0, missing(width, multiple), 0, missing(height, multiple)};
        return torch.constant_pad_nd(images, beyond, new Scalar(0));
    }

    private static long missing(long side, int multiple) {
        return (multiple - side % multiple) % multiple;
    }

    /** Logits of the network's size where the images fit; else of the images' own, which nobody enlarges again. */
    private static Tensor answer(Tensor images, UnaryOperator<Tensor> network, int multiple, PatchFit fit) {
        long height = images.size(2);
        long width = images.size(3);
        if (height % multiple == 0 && width % multiple == 0) {
            return network.apply(images);
        }
        return Torch.scoped(() -> {
            Tensor seen = fitted(images, multiple, fit);
            Tensor answered = network.apply(seen).to(ScalarType.Float); // bf16 would be rounded twice more
            Tensor logits = Bilinear.enlarged(answered, seen.size(2), seen.size(3));
            return fit == PatchFit.RESIZE
                    ? Bilinear.enlarged(logits, height, width)
                    : logits.narrow(2, 0, height).narrow(3, 0, width).contiguous();
        });
    }
}
