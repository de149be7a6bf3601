package dev.imas.semi;

import dev.imas.common.Share;
import org.bytedeco.pytorch.Tensor;

/**
 * Some neighbouring images of a batch.
 *
 * @param first its first image, from 0
 * @param count how many
 */
record Span(long first, long count) {
    /** The part of so many images, as equal as all others. */
    static Span of(Share share, long images) {
        long each = images / share.parts();
        return new Span(share.part() * each, each);
    }

    /** These images of a tensor [N,...], as a view of it. */
    Tensor of(Tensor batch) {
        return batch.narrow(0, first, count);
    }

    /** So many images behind these. */
    Span next(long following) {
        return new Span(first + count, following);
    }
}
