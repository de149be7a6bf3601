package dev.imas.data;

import dev.imas.augment.DrawnOperation;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * B crops ready for the device, in [0,255] or [0,1] (normalisation is the consumer's first operation). All buffers are
 * direct.
 *
 * @param count   B
 * @param height  H of the crop
 * @param width   W of the crop
 * @param images  weak view, B*H*W pixels, NHWC: RGB bytes, or float32 channels in the machine's order
 * @param strong  strong view, the same layout and geometry, or B first and then B second views, as the method asks;
 *                null for labelled batches, and where the consumer makes them ({@code augment.device})
 * @param labels  B*H*W bytes; null for unlabelled batches
 * @param indices position of each sample in its {@link ImageSource}
 * @param operations what makes each sample's strong view of its weak one, in the order of {@code strong}; null for
 *                   labelled batches
 * @param covered    rows and columns of each crop that its picture covers, from the upper left corner on, one pair
 *                   after the other; beyond them is padding
 */
public record Batch(
        int count,
        int height,
        int width,
        ByteBuffer images,
        ByteBuffer strong,
        ByteBuffer labels,
        int[] indices,
        List<List<DrawnOperation>> operations,
        int[] covered) {}
