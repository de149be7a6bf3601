package dev.imas.verify.memory;

import dev.imas.device.TensorViews;
import dev.imas.device.Torch;
import dev.imas.kernels.DType;
import dev.imas.kernels.TensorView;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Buffers in the memory of a libtorch device, for the CUDA backend on the default stream; they live as long as the
 * caller's {@link org.bytedeco.javacpp.PointerScope}.
 */
public final class DeviceMemory implements KernelMemory {
    private final String device;

    /** @param device a libtorch name, e.g. {@code cuda:0} */
    public DeviceMemory(String device) {
        Torch.load();
        this.device = device;
    }

    @Override
    public TensorView put(float[] values, long... shape) {
        KernelMemory.elements(values.length, shape);
        Tensor host = torch.empty(shape, options("cpu", ScalarType.Float), new MemoryFormatOptional());
        new FloatPointer(host.data_ptr()).put(values);
        return moved(host);
    }

    @Override
    public TensorView put(byte[] values, long... shape) {
        KernelMemory.elements(values.length, shape);
        Tensor host = torch.empty(shape, options("cpu", ScalarType.Byte), new MemoryFormatOptional());
        new BytePointer(host.data_ptr()).put(values);
        return moved(host);
    }

    @Override
    public TensorView put(int[] values, long... shape) {
        KernelMemory.elements(values.length, shape);
        Tensor host = torch.empty(shape, options("cpu", ScalarType.Int), new MemoryFormatOptional());
        new IntPointer(host.data_ptr()).put(values);
        return moved(host);
    }

    @Override
    public TensorView room(DType dtype, long... shape) {
        KernelMemory.elements(shape);
        ScalarType type = TensorViews.scalarType(dtype);
        return TensorViews.of(torch.empty(shape, options(device, type), new MemoryFormatOptional()));
    }

    @Override
    public Pointer workspace(long bytes) {
        long[] shape = {Math.max(bytes, 1)};
        return TensorViews.data(torch.empty(shape, options(device, ScalarType.Byte), new MemoryFormatOptional()));
    }

    @Override
    public float[] floats(TensorView view) {
        float[] values = new float[(int) KernelMemory.elements(view.shape())];
        new FloatPointer(onHost(view).data_ptr()).get(values);
        return values;
    }

    @Override
    public byte[] bytes(TensorView view) {
        byte[] values = new byte[(int) KernelMemory.elements(view.shape())];
        new BytePointer(onHost(view).data_ptr()).get(values);
        return values;
    }

    @Override
    public int[] ints(TensorView view) {
        int[] values = new int[(int) KernelMemory.elements(view.shape())];
        new IntPointer(onHost(view).data_ptr()).get(values);
        return values;
    }

    @Override
    public long[] longs(TensorView view) {
        long[] values = new long[(int) KernelMemory.elements(view.shape())];
        new LongPointer(onHost(view).data_ptr()).get(values);
        return values;
    }

    private TensorView moved(Tensor host) {
        return TensorViews.of(host.to(new Device(device), host.scalar_type()));
    }

    /** A copy in main memory; waits for the kernels before it on the default stream. */
    private Tensor onHost(TensorView view) {
        return torch.from_blob(view.data(), view.shape(), options(device, TensorViews.scalarType(view.dtype())))
                .cpu();
    }

    private static TensorOptions options(String device, ScalarType type) {
        return new TensorOptions().dtype(new ScalarTypeOptional(type)).device(new DeviceOptional(new Device(device)));
    }
}
