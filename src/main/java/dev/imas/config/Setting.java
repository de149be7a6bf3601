package dev.imas.config;

import java.lang.annotation.Annotation;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One key that holds a value. Everything known of it comes from its component of {@link ImasConfig}: the name, the
 * type, and the annotations of {@link Allowed}.
 *
 * @param key  the whole key, e.g. {@code training.batch_labeled}
 * @param path the record components that lead to it
 */
record Setting(String key, List<RecordComponent> path) {
    /** Every setting, in the records' order. */
    static final List<Setting> ALL = below(ImasConfig.class, "", List.of()).toList();

    private static Stream<Setting> below(Class<?> type, String prefix, List<RecordComponent> path) {
        return Arrays.stream(type.getRecordComponents()).flatMap(component -> {
            List<RecordComponent> longer = new ArrayList<>(path);
            longer.add(component);
            String key = prefix + Names.key(component.getName());
            return component.getType().isRecord()
                    ? below(component.getType(), key + ".", longer)
                    : Stream.of(new Setting(key, List.copyOf(longer)));
        });
    }

    RecordComponent component() {
        return path.get(path.size() - 1);
    }

    boolean has(Class<? extends Annotation> annotation) {
        return component().isAnnotationPresent(annotation);
    }

    /** Its value in a configuration. */
    Object in(ImasConfig config) {
        Object value = config;
        for (RecordComponent component : path) {
            value = RecordMapper.get(component, value);
        }
        return value;
    }
}
