package dev.imas.train;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process and what there is for it. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** VmRSS of /proc/self/status in bytes; 0 where there is none. */
    static long resident() {
        return kilobytes("/proc/self/status", "VmRSS:");
    }

    /**
     * Bytes that this process may have in all: what it has and what is free, at most what its container allows; 0
     * where that is not known.
     */
    static long available() {
        long free = kilobytes("/proc/meminfo", "MemAvailable:");
        long total = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Long.MAX_VALUE;
        return free == 0 ? 0 : Math.min(free + resident(), total);
    }

    /** The value of a line of such a file, in bytes; 0 where there is none. */
    private static long kilobytes(String file, String name) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
