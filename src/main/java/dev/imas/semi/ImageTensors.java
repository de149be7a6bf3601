package dev.imas.semi;

import static org.bytedeco.pytorch.global.torch.from_blob;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Turns 8-bit pictures and masks into the tensors that the step and the evaluation take. */
public final class ImageTensors {
    /** Mean and standard deviation of R, G, B, of values in [0,1] (method 2). */
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] STD = {0.229f, 0.224f, 0.225f};

    private final Compute compute;

    public ImageTensors(Compute compute) {
        this.compute = compute;
    }

    /**
     * Normalised images.
     *
     * @param nhwc direct buffer of n*height*width*3 bytes, RGB
     * @return f32 [n,3,height,width], (value/255 - mean)/std, stored channels_last as the bytes are
     */
    public Tensor normalized(ByteBuffer nhwc, int n, int height, int width) {
        Tensor bytes = bytes(nhwc, n, height, width, 3).permute(0, 3, 1, 2);
        Tensor x = bytes.to(compute.torchDevice(), ScalarType.Float);
        x.div_(new org.bytedeco.pytorch.Scalar(255.0)).sub_(channel(MEAN)).div_(channel(STD));
        return x;
    }

    /** Masks from a direct buffer of n*height*width bytes: u8 [n,1,height,width]. */
    public Tensor labels(ByteBuffer labels, int n, int height, int width) {
        Tensor view = bytes(labels, n, 1, height, width);
        return compute.cuda() ? view.to(compute.torchDevice(), ScalarType.Byte) : view.clone();
    }

    /** Aliases the buffer: only for an immediate copy, since libtorch does not keep it alive. */
    private static Tensor bytes(ByteBuffer buffer, long... shape) {
        long wanted = 1;
        for (long extent : shape) {
            wanted *= extent;
        }
        if (!buffer.isDirect() || buffer.capacity() < wanted) {
            throw new IllegalArgumentException("expected a direct buffer of " + wanted + " bytes, got " + buffer);
        }
        return from_blob(new BytePointer(buffer.duplicate().position(0)), shape, new TensorOptions().dtype(new ScalarTypeOptional(ScalarType.Byte)));
    }

    private Tensor channel(float[] values) {
        Tensor t = torch.tensor(values).view(1, 3, 1, 1);
        if (compute.cuda()) {
            Device device = compute.torchDevice();
            return t.to(device, ScalarType.Float);
        }
        return t;
    }
}
