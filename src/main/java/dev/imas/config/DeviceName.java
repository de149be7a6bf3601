package dev.imas.config;

import dev.imas.common.UserException;

/** How a device may be called: the one law for configurations, options and those who compute. */
public final class DeviceName {
    /** The fastest device of the machine. */
    public static final String AUTO = "auto";
    /** What {@link #checked} accepts, for messages and help. */
    public static final String EXPECTED = "auto, cpu, cuda or cuda:INDEX, INDEX from 0 to 99";

    static final String PATTERN = "auto|cpu|cuda(:(0|[1-9][0-9]?))?";

    private DeviceName() {}

    /**
     * The name itself.
     *
     * @throws UserException for anything but auto, cpu, cuda, or cuda:0 to cuda:99
     */
    public static String checked(String name) {
        return matching(name, PATTERN, EXPECTED);
    }

    /** As {@link #checked}, where the device must be named: {@code auto} is refused. */
    public static String named(String name) {
        return matching(name, "(?!auto)(" + PATTERN + ")", EXPECTED.replace("auto, ", ""));
    }

    private static String matching(String name, String pattern, String expected) {
        if (!name.matches(pattern)) {
            throw new UserException(Faults.message("device", name, expected));
        }
        return name;
    }
}
