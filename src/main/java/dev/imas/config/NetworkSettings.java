package dev.imas.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What tells one network from another. */
public final class NetworkSettings {
    private static final String NETWORK = "network.";
    /** How it is begun and trained says nothing of its layers. */
    private static final Set<String> OF_TRAINING =
            Set.of(NETWORK + "init_weights", NETWORK + "strict_weights", NETWORK + "freeze_encoder");

    private NetworkSettings() {}

    /** The settings of its layers by key, such as {@code network.output_stride}, as they are written. */
    public static Map<String, String> of(ImasConfig.Network network) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (Setting setting : Setting.ALL) {
            if (setting.key().startsWith(NETWORK) && !OF_TRAINING.contains(setting.key())) {
                Object value = RecordMapper.get(setting.component(), network);
                settings.put(setting.key(), value instanceof Enum<?> word ? Names.word(word) : String.valueOf(value));
            }
        }
        return settings;
    }
}
