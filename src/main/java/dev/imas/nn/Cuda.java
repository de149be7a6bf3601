package dev.imas.nn;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * What only libtorch's CUDA build knows. To be touched when {@link Torch#cudaProblem()} is null and then only: its
 * classes load libraries that the CPU build does not have.
 */
public final class Cuda {
    /**
     * @param memory bytes
     * @param free   bytes of them that nobody uses
     * @param major  compute capability major.minor
     */
    public record Gpu(int index, String name, long memory, long free, int major, int minor, int multiprocessors) {
        /** Name of the device, as {@code cuda:0}. */
        public String device() {
            return "cuda:" + index;
        }
    }

    private Cuda() {
    }

    public static List<Gpu> gpus() {
        return IntStream.range(0, torch_cuda.device_count()).mapToObj(Cuda::gpu).toList();
    }

    public static Gpu gpu(int index) {
        torch.globalContext().lazyInitDevice(torch.DeviceType.CUDA);
        try (PointerScope scope = new PointerScope()) {
            cudaDeviceProp properties = torch_cuda.getDeviceProperties((byte) index);
            long free = torch_cuda.getAllocator().getMemoryInfo((byte) index).first();
            return new Gpu(index, properties.name().getString(), properties.totalGlobalMem(), free, properties.major(), properties.minor(), properties.multiProcessorCount());
        }
    }

    /** Makes a device the one that this thread allocates and computes on where no other is named. */
    public static void use(int index) {
        torch.globalContext().lazyInitDevice(torch.DeviceType.CUDA);
        torch_cuda.set_device((byte) index);
    }

    /** The cudaStream_t on which libtorch queues this thread's work for a device; null is the default stream. */
    public static Pointer currentStream(int index) {
        try (PointerScope scope = new PointerScope()) {
            return torch_cuda.getCurrentCUDAStream((byte) index).stream(); // a bare handle, which no scope frees
        }
    }

    /** Waits for all work of a device. */
    public static void synchronize(int index) {
        torch.cuda_synchronize(index);
    }

    /** Bytes that libtorch's allocator had handed out at most since {@link #resetPeak}. */
    public static long peakBytes(int index) {
        try (PointerScope scope = new PointerScope()) {
            return torch_cuda.getAllocator().getDeviceStats((byte) index).allocated_bytes().peak();
        }
    }

    public static void resetPeak(int index) {
        try (PointerScope scope = new PointerScope()) {
            torch_cuda.getAllocator().resetPeakStats((byte) index);
        }
    }
}
