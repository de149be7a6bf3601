package dev.imas.plan;

import dev.imas.config.ConfigYaml;
import dev.imas.config.ImasConfig;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Settings while they are planned. What was given stays as it is. */
final class Draft {
    private final Map<String, Object> layers;
    private final Set<String> given;
    private final Set<String> planned;
    /** Of the layers, resolved; null after a change. */
    private ImasConfig config;

    Draft(ImasConfig start, Set<String> given) {
        this(ConfigYaml.layers(start), given, new LinkedHashSet<>());
    }

    private Draft(Map<String, Object> layers, Set<String> given, Set<String> planned) {
        this.layers = layers;
        this.given = given;
        this.planned = planned;
    }

    Draft copy() {
        return new Draft(ConfigYaml.layers(config()), given, new LinkedHashSet<>(planned));
    }

    /** Whether none of these settings was given. */
    boolean free(String... keys) {
        return Arrays.stream(keys).noneMatch(this::isGiven);
    }

    /** By itself, or with the section that it belongs to. */
    private boolean isGiven(String key) {
        return given.stream().anyMatch(name -> key.equals(name) || key.startsWith(name + "."));
    }

    /** Sets what was not given. */
    Draft set(String key, Object value) {
        if (free(key)) {
            ConfigYaml.set(layers, key, value);
            planned.add(key);
            config = null;
        }
        return this;
    }

    ImasConfig config() {
        if (config == null) {
            config = ConfigYaml.resolve(layers);
        }
        return config;
    }

    Set<String> planned() {
        return planned;
    }
}
