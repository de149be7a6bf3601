package dev.imas.predict;

import com.sun.management.OperatingSystemMXBean;
import dev.imas.device.Compute;
import dev.imas.device.Gpu;
import java.lang.management.ManagementFactory;

/**
 * Memory of the device that networks compute on: what there is, not what is free just now. How a picture is seen then
 * says nothing of the pictures before it, whose memory libtorch keeps.
 *
 * @param bytes of the GPU, or of the machine or the container that the program may use
 */
record DeviceMemory(boolean gpu, long bytes) {
    /** Of a GPU that cannot be asked. */
    private static final long LITTLE = 8L << 30;

    static DeviceMemory of(Compute compute) {
        return compute.cuda()
                ? new DeviceMemory(true, ofGpu(compute.deviceIndex()))
                : new DeviceMemory(
                        false,
                        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                                .getTotalMemorySize());
    }

    private static long ofGpu(int index) {
        try {
            return Gpu.of(index).memory();
        } catch (LinkageError | RuntimeException e) {
            return LITTLE;
        }
    }

    /** What a picture as a whole may take. A GPU has nothing else to do. */
    long forPicture() {
        return gpu ? bytes / 4 * 3 : bytes / 4;
    }

    /** What a pass over a tile may take. */
    long forTile() {
        return gpu ? bytes / 4 : bytes / 8;
    }
}
