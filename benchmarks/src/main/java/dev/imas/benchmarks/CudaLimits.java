package dev.imas.benchmarks;

import dev.imas.device.Compute;
import dev.imas.device.DeviceQueue;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a GPU can do at best, as a line that {@link Limits} reads: copies are measured, arithmetic follows from the
 * clock, the number of multiprocessors, and what one of them does a cycle: 16 exponentials (all so far), and 128
 * multiply-adds, 64 with compute capability 7.5 and 8.0.
 */
final class CudaLimits {
    private static final int EXPONENTIALS = 16;
    private static final int COPIES = 21;

    private CudaLimits() {}

    static String measure(Compute compute) {
        int device = compute.deviceIndex();
        int multiprocessors = attribute(cudart.cudaDevAttrMultiProcessorCount, device);
        double clocks = multiprocessors * attribute(cudart.cudaDevAttrClockRate, device) / 1e6; // kHz
        int capability = 10 * attribute(cudart.cudaDevAttrComputeCapabilityMajor, device)
                + attribute(cudart.cudaDevAttrComputeCapabilityMinor, device);
        int multiplyAdds = capability <= 80 ? 64 : 128;
        return String.format(
                Locale.ROOT,
                "{\"copy_gb\": %.1f, \"exponentials_g\": %.1f, \"multiply_adds_g\": %.1f, \"multiprocessors\": %d}",
                copies(compute),
                EXPONENTIALS * clocks,
                multiplyAdds * clocks,
                multiprocessors);
    }

    /** GB/s of large copies, read plus written: the median. */
    private static double copies(Compute compute) {
        try (PointerScope scope = new PointerScope();
                DeviceQueue queue = DeviceQueue.of(compute)) {
            Tensor from = KernelBenchmark.allocate(compute, ScalarType.Byte, DeviceClock.BYTES);
            Tensor to = KernelBenchmark.allocate(compute, ScalarType.Byte, DeviceClock.BYTES);
            DeviceClock clock = new DeviceClock(queue, from);
            double milliseconds = DoubleStream.generate(() -> clock.milliseconds(() -> to.copy_(from)))
                    .limit(COPIES)
                    .sorted()
                    .skip(COPIES / 2)
                    .findFirst()
                    .orElseThrow();
            return 2 * DeviceClock.BYTES / milliseconds / 1e6;
        }
    }

    private static int attribute(int which, int device) {
        try (IntPointer value = new IntPointer(1)) {
            int error = cudart.cudaDeviceGetAttribute(value, which, device);
            if (error != 0) {
                throw new IllegalStateException("cudaDeviceGetAttribute ends with " + error);
            }
            return value.get();
        }
    }
}
