package dev.imas.device;

import dev.imas.device.TensorKernels.Composed;
import dev.imas.device.TensorKernels.Partners;
import dev.imas.device.TensorKernels.PseudoLabels;
import dev.imas.image.LabelMap;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the kernel compose_batch does to images of three channels, for any number of them, by libtorch's operations
 * (method 3.3 to 3.5). Nothing waits for the device.
 */
final class ComposedChannels {
    private ComposedChannels() {}

    /** Fills a batch with labelled | weak | strong, as {@link TensorKernels#compose} says. */
    static void compose(
            Tensor batch, Tensor labeled, Tensor weak, Tensor strong, Tensor gammaOrNull, boolean includeWeak) {
        Tensor blended = blended(strong, weak, gammaOrNull);
        join(batch, includeWeak ? List.of(labeled, weak, blended) : List.of(labeled, blended));
    }

    /** Fills a batch with labelled | weak | cutmix | strong, as {@link TensorKernels#composeMixed} says. */
    static Composed composeMixed(
            Tensor batch,
            Tensor labeled,
            Tensor weak,
            Tensor strong,
            Tensor gammaOrNull,
            Tensor pairing,
            Tensor boxes,
            boolean includeWeak,
            PseudoLabels pseudo) {
        return composeMixed(
                batch,
                labeled,
                weak,
                strong,
                gammaOrNull,
                Partners.of(weak, pseudo, pairing),
                boxes,
                includeWeak,
                pseudo);
    }

    /** The same with partners from elsewhere. */
    static Composed composeMixed(
            Tensor batch,
            Tensor labeled,
            Tensor weak,
            Tensor strong,
            Tensor gammaOrNull,
            Partners partners,
            Tensor boxes,
            boolean includeWeak,
            PseudoLabels pseudo) {
        Tensor inside = inside(boxes, weak.size(2), weak.size(3));
        Tensor mixed = partners.weak().where(inside, weak);
        Tensor blended = blended(strong, weak, gammaOrNull);
        join(batch, includeWeak ? List.of(labeled, weak, mixed, blended) : List.of(labeled, mixed, blended));
        return new Composed(
                batch,
                partners.labels().where(inside, pseudo.labels()),
                partners.confidence().where(inside, pseudo.confidence()));
    }

    /** As {@link TensorKernels#mixed} says. */
    static Tensor mixed(Tensor images, Tensor boxes, Tensor partners) {
        Tensor inside = inside(boxes, images.size(2), images.size(3));
        return images.index_select(0, partners.flatten().to(ScalarType.Long)).where(inside, images);
    }

    /** As {@link TensorKernels#within} says. */
    static Tensor within(Tensor boxes, Tensor labels) {
        Tensor outside = torch.full_like(labels, new Scalar(LabelMap.IGNORE));
        return labels.where(inside(boxes, labels.size(2), labels.size(3)), outside);
    }

    /** gamma*strong + (1-gamma)*weak, or the strong view itself without gamma. */
    private static Tensor blended(Tensor strong, Tensor weak, Tensor gammaOrNull) {
        return gammaOrNull == null ? strong : weak.add(strong.sub(weak).mul_(gammaOrNull));
    }

    /**
     * Which pixels lie in their image's box: bool [B,1,H,W].
     *
     * @param boxes i32 [B,1,1,4]: first row and column, last ones excluded
     */
    private static Tensor inside(Tensor boxes, long height, long width) {
        Tensor rows = ramp(height, boxes).view(1, 1, height, 1);
        Tensor columns = ramp(width, boxes).view(1, 1, 1, width);
        return rows.ge(edge(boxes, 0))
                .logical_and(rows.lt(edge(boxes, 2)))
                .logical_and(columns.ge(edge(boxes, 1)))
                .logical_and(columns.lt(edge(boxes, 3)));
    }

    private static Tensor edge(Tensor boxes, long k) {
        return boxes.narrow(3, k, 1);
    }

    private static Tensor ramp(long n, Tensor like) {
        return torch.arange(new Scalar(n), like.options());
    }

    private static void join(Tensor batch, List<Tensor> parts) {
        long begin = 0;
        for (Tensor part : parts) {
            batch.narrow(0, begin, part.size(0)).copy_(part);
            begin += part.size(0);
        }
    }
}
