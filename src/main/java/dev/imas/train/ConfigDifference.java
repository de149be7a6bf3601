package dev.imas.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Compares the configuration of a checkpoint with that of the run that wants to continue from it. */
final class ConfigDifference {
    private static final ObjectMapper JSON =
            new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    /**
     * What may change between the parts of a run. Files may move: their fingerprints tell whether they are the same.
     */
    private static final Set<String> FREE = ConfigYaml.freeOnResume();

    private ConfigDifference() {}

    static JsonNode json(ImasConfig config) {
        return JSON.valueToTree(config);
    }

    static JsonNode json(Map<String, String> fingerprints) {
        return JSON.valueToTree(fingerprints);
    }

    /** One {@code key: saved -> wanted} for every difference that matters. */
    static List<String> between(JsonNode saved, JsonNode wanted) {
        Map<String, String> before = flatten(saved);
        Map<String, String> after = flatten(wanted);
        Set<String> keys = new java.util.TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        return keys.stream()
                .filter(key -> !FREE.contains(key))
                .filter(key -> !String.valueOf(before.get(key)).equals(String.valueOf(after.get(key))))
                .map(key -> key + ": " + before.get(key) + " -> " + after.get(key))
                .toList();
    }

    /** The keys of the run that the checkpoint's configuration has not, free ones left out. */
    static List<String> lacking(JsonNode saved, JsonNode wanted) {
        Set<String> known = flatten(saved).keySet();
        return flatten(wanted).keySet().stream()
                .filter(key -> !FREE.contains(key) && !known.contains(key))
                .filter(key -> ConfigYaml.keyEndingIn(key).filter(key::equals).isPresent()) // no entry of a table
                .toList();
    }

    private static Map<String, String> flatten(JsonNode node) {
        Map<String, String> flat = new TreeMap<>();
        flatten("", node, flat);
        return flat;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> flat) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> flatten(
                            prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey(), field.getValue(), flat));
        } else {
            flat.put(prefix, node.toString());
        }
    }
}
