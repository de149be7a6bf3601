package dev.imas.config;

import dev.imas.common.UserException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns maps as a YAML reader yields them into the records of {@link ImasConfig} and back. A key is the snake_case
 * name of a record component; every component must be given, no other key may be. Messages name the whole key.
 */
final class RecordMapper {
    private RecordMapper() {
    }

    /** The record that the map describes; {@code prefix} is the key of the map itself, or empty. */
    static <T> T read(Class<T> type, Map<String, Object> values, String prefix) {
        RecordComponent[] components = type.getRecordComponents();
        List<String> known = Arrays.stream(components).map(c -> snake(c.getName())).toList();
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw unknownKey(prefix, key, known);
            }
        }
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = prefix + known.get(i);
            if (!values.containsKey(known.get(i))) {
                throw new UserException(key + " is missing; see `imas presets` for complete configurations");
            }
            arguments[i] = value(components[i].getGenericType(), values.get(known.get(i)), key);
        }
        try {
            var constructor = type.getDeclaredConstructor(Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new UserException(prefix + ": " + e.getCause().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the record " + type.getName() + " cannot be built", e);
        }
    }

    /** The map of a record, keys in component order; enums in lower case. */
    static Map<String, Object> write(Object configuration) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : configuration.getClass().getRecordComponents()) {
            try {
                Object value = component.getAccessor().invoke(configuration);
                values.put(snake(component.getName()), plain(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the component " + component.getName() + " cannot be read", e);
            }
        }
        return values;
    }

    static UserException unknownKey(String prefix, String key, List<String> known) {
        return new UserException("unknown key " + prefix + key + Nearest.hint(key, known) + "; known are " + String.join(", ", known));
    }

    private static Object plain(Object value) {
        if (value instanceof Record) {
            return write(value);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
        return value instanceof List<?> list ? new ArrayList<>(list) : value;
    }

    @SuppressWarnings("unchecked")
    private static Object value(Type type, Object found, String key) {
        if (type instanceof ParameterizedType list) {
            if (!(found instanceof List<?> items)) {
                throw mismatch(key, found, "a list like [1, 2]");
            }
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                values.add(value(list.getActualTypeArguments()[0], items.get(i), key + "[" + i + "]"));
            }
            return List.copyOf(values);
        }
        Class<?> wanted = (Class<?>) type;
        if (wanted.isRecord()) {
            if (!(found instanceof Map<?, ?> map)) {
                throw mismatch(key, found, "a section of keys");
            }
            return read(wanted, (Map<String, Object>) map, key + ".");
        }
        if (wanted.isEnum()) {
            return constant(wanted, found, key);
        }
        if (wanted == String.class) {
            return found == null ? null : scalar(found, key).toString();
        }
        if (wanted == boolean.class) {
            if (!(found instanceof Boolean)) {
                throw mismatch(key, found, "true or false");
            }
            return found;
        }
        return number(wanted, found, key);
    }

    private static Object scalar(Object found, String key) {
        if (found instanceof Map || found instanceof List) {
            throw mismatch(key, found, "one value");
        }
        return found;
    }

    private static Object number(Class<?> wanted, Object found, String key) {
        if (!(found instanceof Number number)) {
            throw mismatch(key, found, wanted == double.class || wanted == Double.class ? "a number" : "a whole number");
        }
        if (wanted == double.class || wanted == Double.class) {
            return number.doubleValue();
        }
        if (number.doubleValue() != Math.rint(number.doubleValue()) || Double.isInfinite(number.doubleValue())) {
            throw mismatch(key, found, "a whole number");
        }
        if (wanted == long.class) {
            return number.longValue();
        }
        if (number.doubleValue() > Integer.MAX_VALUE || number.doubleValue() < Integer.MIN_VALUE) {
            throw mismatch(key, found, "a whole number of at most 9 digits");
        }
        return number.intValue();
    }

    private static Object constant(Class<?> wanted, Object found, String key) {
        // YAML reads a bare `off` as false.
        String name = Boolean.FALSE.equals(found) ? "off" : String.valueOf(found);
        List<String> names = Arrays.stream(wanted.getEnumConstants()).map(c -> ((Enum<?>) c).name().toLowerCase(Locale.ROOT)).toList();
        int index = names.indexOf(name.toLowerCase(Locale.ROOT));
        if (index < 0) {
            throw mismatch(key, found, names.stream().collect(Collectors.joining(", ", "one of ", "")));
        }
        return wanted.getEnumConstants()[index];
    }

    private static UserException mismatch(String key, Object found, String expected) {
        return new UserException(key + " is " + (found == null ? "empty" : "'" + found + "'") + "; expected " + expected);
    }

    /** batchLabeled becomes batch_labeled. */
    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
