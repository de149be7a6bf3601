package dev.imas.device;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceGuardImplInterface;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * libtorch's own access to GPUs, by which everything computes. To be used when {@link Torch#cudaProblem()} is null and
 * then only.
 */
public final class Cuda {
    private Cuda() {}

    /** Makes a device the one that this thread allocates and computes on where no other is named. */
    public static void use(int index) {
        initialize();
        try (PointerScope scope = new PointerScope()) {
            streams().setDevice(device(index));
        }
    }

    /** Must come before the first use of a GPU. */
    static void initialize() {
        torch.globalContext().lazyInitDevice(DeviceType.CUDA);
    }

    /** Which GPUs libtorch was compiled for; it tells its compiler's options in its description of itself. */
    static GpuCode code() {
        try (PointerScope scope = new PointerScope()) {
            return GpuCode.ofOptions(torch.getCUDAHooks().showConfig().getString());
        }
    }

    /** Whether this thread's device has matrix units for bf16: compute capability 8.0 (Ampere) or later. */
    public static boolean bf16() {
        return torch.getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
    }

    /** libtorch's access to streams and events. */
    public static DeviceGuardImplInterface streams() {
        return torch.getDeviceGuardImpl(DeviceType.CUDA);
    }

    /** A new handle in the caller's scope. */
    public static Device device(int index) {
        return new Device(DeviceType.CUDA, (byte) index);
    }

    /** The cudaStream_t on which libtorch queues this thread's work for a device; null is the default stream. */
    public static Pointer currentStream(int index) {
        try (PointerScope scope = new PointerScope()) {
            Stream stream = streams().getStream(device(index));
            return stream.id() == 0 ? null : Gpu.currentStream(index);
        }
    }
}
