package dev.imas.run;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * config.yaml as it is found, unchecked: of whatever version, or damaged. Who wants to use its settings, not to show
 * them, reads it with {@code ConfigYaml}.
 *
 * @param text   the file as it stands; empty if it is missing
 * @param values its keys; empty if it is damaged
 */
public record SavedConfig(String text, Map<?, ?> values) {
    /** @param notes told in a sentence each what is damaged */
    public static SavedConfig of(String text, List<String> notes) {
        return new SavedConfig(text, text.isEmpty() ? Map.of() : parsed(text, notes));
    }

    private static Map<?, ?> parsed(String text, List<String> notes) {
        try {
            if (new Yaml(new SafeConstructor(new LoaderOptions())).load(text) instanceof Map<?, ?> map) {
                return map;
            }
            notes.add("config.yaml holds no keys.");
        } catch (YAMLException | StackOverflowError e) {
            String reason = e.getMessage() == null ? "" : e.getMessage();
            notes.add("config.yaml is damaged (" + reason.lines().findFirst().orElse("no reason given") + ").");
        }
        return Map.of();
    }

    /** A value by its dotted path, as text, of one value or of numbers; empty if it is not there. */
    public String setting(String path) {
        return value(path)
                .filter(value -> single(value) || numbers(value))
                .map(Object::toString)
                .orElse("");
    }

    /** An element of a list by the list's dotted path. */
    public Optional<Object> element(String path, int index) {
        return value(path)
                .<Object>map(value -> value instanceof List<?> list && index < list.size() ? list.get(index) : null)
                .filter(SavedConfig::single);
    }

    /** Written out, a short text of lists that repeat each other would have no end. */
    private static boolean single(Object value) {
        return !(value instanceof Map<?, ?> || value instanceof Collection<?>);
    }

    private static boolean numbers(Object value) {
        return value instanceof List<?> list && list.stream().allMatch(Number.class::isInstance);
    }

    private Optional<Object> value(String path) {
        Object value = values;
        for (String key : path.split("\\.")) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return Optional.ofNullable(value);
    }
}
