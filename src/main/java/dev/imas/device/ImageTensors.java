package dev.imas.device;

import static org.bytedeco.pytorch.global.torch.from_blob;

import dev.imas.config.PictureInput;
import java.nio.ByteBuffer;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Turns pictures and masks into the tensors that the step and the evaluation take. Bytes travel to the device; what
 * becomes of them happens there, and nothing waits. Belongs to the PointerScope that it was made in.
 *
 * <p>A picture's bytes are three 8-bit colours a pixel, or a float32 in [0,1] a channel, as its {@link PictureInput}
 * says.
 */
public final class ImageTensors {
    private final Compute compute;
    private final PictureInput input;
    private final Tensor mean;
    private final Tensor std;

    /** Of 8-bit RGB. */
    public ImageTensors(Compute compute) {
        this(compute, PictureInput.RGB);
    }

    /** @param input {@link PictureInput#settled} */
    public ImageTensors(Compute compute, PictureInput input) {
        this.compute = compute;
        this.input = input;
        this.mean = channels(input.mean());
        this.std = channels(input.std());
    }

    private Tensor channels(List<Double> values) {
        float[] numbers = new float[values.size()];
        for (int c = 0; c < numbers.length; c++) {
            numbers[c] = values.get(c).floatValue();
        }
        return compute.upload(numbers, numbers.length);
    }

    /** Bytes of so many pictures. */
    public long bytes(long n, long height, long width) {
        return input.pixelBytes() * n * height * width;
    }

    /**
     * Normalised images.
     *
     * @param nhwc direct buffer of n*height*width pixels; free for other use afterwards
     * @return f32 [n,C,height,width], (value - mean)/std of values in [0,1], stored channels_last as the bytes are
     */
    public Tensor normalized(ByteBuffer nhwc, int n, int height, int width) {
        return normalized(onDevice(nhwc, bytes(n, height, width)), n, height, width);
    }

    /** As {@link #normalized(ByteBuffer, int, int, int)} from bytes on the device. */
    public Tensor normalized(Tensor nhwc, int n, int height, int width) {
        int channels = input.channels().count();
        Tensor rows = numbers(nhwc, (long) n * height, (long) channels * width);
        // Whole rows of constants: libtorch's loops over a pixel's channels alone take six times as long on a CPU.
        rows.sub_(mean.repeat(width)).div_(std.repeat(width));
        return rows.view(n, height, width, channels).permute(0, 3, 1, 2);
    }

    /** The values of pictures in [0,1], f32 [rows,columns], a copy. */
    private Tensor numbers(Tensor nhwc, long rows, long columns) {
        return input.channels().rgb()
                ? nhwc.view(rows, columns).to(ScalarType.Float).div_(new Scalar(255.0))
                : nhwc.view(ScalarType.Float).view(rows, columns).clone();
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
