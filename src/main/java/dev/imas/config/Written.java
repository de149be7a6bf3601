package dev.imas.config;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Values of a configuration as messages show them. */
public final class Written {
    /** How Java writes what is empty in a list or section; a file says ~. */
    private static final Pattern NOTHING = Pattern.compile("(?<=[=\\[ ])null(?=[,\\]}])");

    private Written() {}

    /** A text, number, list or section; {@code null} where there is nothing, which is YAML's word too. */
    public static String of(Object value) {
        boolean several = value instanceof Map || value instanceof List;
        return several ? NOTHING.matcher(value.toString()).replaceAll("~") : String.valueOf(value);
    }
}
