package dev.imas.device;

import static org.bytedeco.pytorch.global.torch.from_blob;

import dev.imas.common.Normalization;
import java.nio.ByteBuffer;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Turns 8-bit pictures and masks into the tensors that the step and the evaluation take. Bytes travel to the device;
 * what becomes of them happens there, and nothing waits. Belongs to the PointerScope that it was made in.
 */
public final class ImageTensors {
    private final Compute compute;
    private final Tensor mean;
    private final Tensor std;

    public ImageTensors(Compute compute) {
        this.compute = compute;
        this.mean = channels(Normalization.MEAN);
        this.std = channels(Normalization.STD);
    }

    private Tensor channels(List<Double> values) {
        return compute.upload(
                new float[] {
                    values.get(0).floatValue(),
                    values.get(1).floatValue(),
                    values.get(2).floatValue()
                },
                3);
    }

    /**
     * Normalised images.
     *
     * @param nhwc direct buffer of n*height*width*3 bytes, RGB; free for other use afterwards
     * @return f32 [n,3,height,width], (value/255 - mean)/std, stored channels_last as the bytes are
     */
    public Tensor normalized(ByteBuffer nhwc, int n, int height, int width) {
        return normalized(onDevice(nhwc, 3L * n * height * width), n, height, width);
    }

    /** As {@link #normalized(ByteBuffer, int, int, int)} from bytes on the device. */
    public Tensor normalized(Tensor nhwc, int n, int height, int width) {
        Tensor rows = nhwc.view((long) n * height, 3L * width).to(ScalarType.Float);
        // Whole rows of constants: libtorch's loops over the three channels alone take six times as long on a CPU.
        rows.div_(new Scalar(255.0)).sub_(mean.repeat(width)).div_(std.repeat(width));
        return rows.view(n, height, width, 3).permute(0, 3, 1, 2);
    }

    /** Masks from a direct buffer of n*height*width bytes: u8 [n,1,height,width]. */
    public Tensor labels(ByteBuffer labels, int n, int height, int width) {
        return labels(onDevice(labels, (long) n * height * width), n, height, width);
    }

    /** As {@link #labels(ByteBuffer, int, int, int)} from bytes on the device; a copy. */
    public Tensor labels(Tensor labels, int n, int height, int width) {
        return labels.view(n, 1, height, width).clone();
    }

    /** On the CPU an alias of the buffer: only for an immediate copy, since libtorch does not keep it alive. */
    private Tensor onDevice(ByteBuffer buffer, long size) {
        Tensor bytes = alias(buffer, size);
        return compute.cuda()
                ? compute.upload(compute.hostTensor(ScalarType.Byte, size).copy_(bytes))
                : bytes;
    }

    /** The first bytes of a direct buffer as u8 [size], which must not outlive it. */
    static Tensor alias(ByteBuffer buffer, long size) {
        return from_blob(bytes(buffer, size), new long[] {size}, new TensorOptions(ScalarType.Byte));
    }

    /** The first bytes of a direct buffer; not a copy. */
    static BytePointer bytes(ByteBuffer buffer, long size) {
        if (!buffer.isDirect() || buffer.capacity() < size) {
            throw new IllegalArgumentException("expected a direct buffer of " + size + " bytes, got " + buffer);
        }
        return new BytePointer(buffer.duplicate().position(0));
    }
}
