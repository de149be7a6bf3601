package dev.imas.device;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * What is to be known of a GPU. Asking loads the bindings of CUDA's libraries, which need more of them than computing
 * does, so it can end in a LinkageError where {@link Cuda} works; {@link #all} then tells what is known without.
 *
 * @param name   as NVIDIA calls it, or null
 * @param memory bytes
 * @param free   bytes of them that nobody uses
 * @param major  compute capability major.minor
 */
public record Gpu(int index, String name, long memory, long free, int major, int minor, int multiprocessors) {
    /** Name of the device, as {@code cuda:0}. */
    public String device() {
        return "cuda:" + index;
    }

    /** All GPUs that libtorch sees. */
    public static List<Gpu> all() {
        return IntStream.range(0, (int) torch.getNumGPUs())
                .mapToObj(index -> {
                    try {
                        return of(index);
                    } catch (LinkageError
                            | RuntimeException e) { // a GPU that is full or in exclusive use cannot be asked
                        return new Gpu(index, null, 0, 0, 0, 0, 0);
                    }
                })
                .toList();
    }

    public static Gpu of(int index) {
        torch.globalContext().lazyInitDevice(DeviceType.CUDA);
        try (PointerScope scope = new PointerScope()) {
            cudaDeviceProp properties = torch_cuda.getDeviceProperties((byte) index);
            long free = torch_cuda.getAllocator().getMemoryInfo((byte) index).first();
            return new Gpu(
                    index,
                    properties.name().getString(),
                    properties.totalGlobalMem(),
                    free,
                    properties.major(),
                    properties.minor(),
                    properties.multiProcessorCount());
        }
    }

    /** Bytes that libtorch's allocator had handed out at most since {@link #resetPeak}. */
    public static long peakBytes(int index) {
        try (PointerScope scope = new PointerScope()) {
            return torch_cuda
                    .getAllocator()
                    .getDeviceStats((byte) index)
                    .allocated_bytes()
                    .peak();
        }
    }

    public static void resetPeak(int index) {
        torch_cuda.getAllocator().resetPeakStats((byte) index);
    }

    /** The cudaStream_t of libtorch's current stream, which is a bare handle that no scope frees. */
    static Pointer currentStream(int index) {
        try (PointerScope scope = new PointerScope()) {
            return torch_cuda.getCurrentCUDAStream((byte) index).stream();
        }
    }
}
