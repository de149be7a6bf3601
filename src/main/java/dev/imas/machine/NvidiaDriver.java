package dev.imas.machine;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NVIDIA's kernel driver, as {@code /proc} tells of it. */
public final class NvidiaDriver {
    private static final String FILE = "/proc/driver/nvidia/version";
    private static final Pattern VERSION = Pattern.compile("(?:Kernel Module|for x86_64)\\s+(\\d+(?:\\.\\d+)+)");

    private NvidiaDriver() {}

    /** Its version, such as 580.95.05; empty without a driver. "unknown" when one is there in words not understood. */
    public static Optional<String> version(FileView view) {
        return view.lines(FILE).stream().findFirst().map(line -> {
            Matcher matcher = VERSION.matcher(line);
            return matcher.find() ? matcher.group(1) : "unknown";
        });
    }
}
