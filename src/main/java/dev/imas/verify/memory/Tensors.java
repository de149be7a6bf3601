package dev.imas.verify.memory;

import dev.imas.weights.SafetensorsFile;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Java arrays and recorded entries as libtorch tensors, and back. */
public final class Tensors {
    private Tensors() {}

    public static Tensor of(float[] values, long... shape) {
        Tensor t = torch.empty(shape, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
        requireElements(t, values.length);
        t.data_ptr_float().put(values);
        return t;
    }

    public static Tensor of(byte[] values, long... shape) {
        Tensor t = torch.empty(shape, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
        requireElements(t, values.length);
        new org.bytedeco.javacpp.BytePointer(t.data_ptr()).put(values);
        return t;
    }

    /** A recorded F32 tensor in its recorded shape. */
    public static Tensor floats(SafetensorsFile.Entry entry) {
        return of(entry.floats(), entry.shape());
    }

    /** The values in row-major order. */
    public static float[] floats(Tensor t) {
        Tensor host = t.detach().cpu().to(ScalarType.Float).contiguous();
        float[] values = new float[Math.toIntExact(host.numel())];
        host.data_ptr_float().get(values);
        return values;
    }

    /** The values of a u8 tensor in row-major order. */
    public static byte[] bytes(Tensor t) {
        Tensor host = t.cpu().to(ScalarType.Byte).contiguous();
        byte[] values = new byte[Math.toIntExact(host.numel())];
        new org.bytedeco.javacpp.BytePointer(host.data_ptr()).get(values);
        return values;
    }

    private static void requireElements(Tensor t, int found) {
        if (t.numel() != found) {
            throw new IllegalArgumentException("a tensor of " + t.numel() + " elements cannot hold " + found);
        }
    }
}
