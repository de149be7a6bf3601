package dev.imas.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What {@code /proc/cpuinfo} says about the first processor.
 *
 * @param model model name, or "unknown"
 * @param flags instruction set flags
 */
public record CpuFeatures(String model, Set<String> flags) {
    /** Reads this machine's; elsewhere than on Linux nothing is known and nothing is assumed. */
    public static CpuFeatures read() {
        Path cpuinfo = Path.of("/proc/cpuinfo");
        String model = "unknown";
        Set<String> flags = new HashSet<>();
        if (Files.isReadable(cpuinfo)) {
            try {
                for (String line : Files.readAllLines(cpuinfo)) {
                    String value = line.substring(line.indexOf(':') + 1).trim();
                    if (line.startsWith("model name")) {
                        model = value;
                    } else if (line.startsWith("flags")) {
                        flags.addAll(List.of(value.split("\\s+")));
                        break;
                    }
                }
            } catch (IOException e) {
                return new CpuFeatures("unknown", Set.of());
            }
        }
        return new CpuFeatures(model, Set.copyOf(flags));
    }

    /** Whether the processor multiplies matrices of bf16 (AMX). */
    public boolean bf16Matrices() {
        return flags.contains("amx_bf16");
    }
}
