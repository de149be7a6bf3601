package dev.imas.config;

import dev.imas.common.UserException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns maps as {@link YamlText} yields them into the records of {@link ImasConfig} and back. A key is the snake_case
 * name of a record component; every component must be given, no other key may be. Values are text or of the
 * component's own type. Messages name the whole key.
 */
final class RecordMapper {
    private static final int MAX_DIGITS = 20;
    /** How a number that may be left open (an Integer) is written when it is: null. */
    private static final String OPEN = "auto";

    private RecordMapper() {
    }

    /** The record that the map describes; {@code prefix} is the key of the map itself, or empty. */
    static <T> T read(Class<T> type, Map<String, Object> values, String prefix) {
        RecordComponent[] components = type.getRecordComponents();
        List<String> known = Arrays.stream(components).map(c -> snake(c.getName())).toList();
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw unknownKey(prefix, key);
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
                values.put(snake(component.getName()), value == null && component.getType() == Integer.class ? OPEN : plain(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the component " + component.getName() + " cannot be read", e);
            }
        }
        return values;
    }

    /**
     * Checks the keys and types of a part of a configuration.
     *
     * @param origin where the part stands; messages begin with it
     */
    static void check(Class<?> type, Map<String, Object> values, String origin) {
        try {
            checkPart(type, values, "");
        } catch (UserException e) {
            throw new UserException(origin + ": " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked")
    private static void checkPart(Class<?> type, Map<String, Object> values, String prefix) {
        Map<String, RecordComponent> components = Arrays.stream(type.getRecordComponents()).collect(Collectors.toMap(c -> snake(c.getName()), c -> c));
        values.forEach((name, value) -> {
            RecordComponent component = components.get(name);
            if (component == null) {
                throw unknownKey(prefix, name);
            }
            if (!component.getType().isRecord()) {
                value(component.getGenericType(), value, prefix + name);
            } else if (value instanceof Map<?, ?> section) {
                checkPart(component.getType(), (Map<String, Object>) section, prefix + name + ".");
            } else if (value != null) {
                throw mismatch(prefix + name, value, "a section of keys, such as " + prefix + name + "." + snake(component.getType().getRecordComponents()[0].getName()));
            }
        });
    }

    /** Every key of a configuration. */
    static List<String> keys() {
        List<String> keys = new ArrayList<>();
        collectKeys(ImasConfig.class, "", keys);
        return keys;
    }

    /** Names the nearest key of the whole configuration: the same word in another section, or a similar one. */
    private static UserException unknownKey(String prefix, String name) {
        List<String> known = keys();
        String last = name.substring(name.lastIndexOf('.') + 1);
        String hint = known.stream().filter(key -> key.endsWith("." + last)).findFirst().map(key -> "; did you mean " + key + "?")
                .orElseGet(() -> Nearest.hint(prefix + name, known));
        return new UserException("unknown key " + prefix + name + hint
                + (hint.isEmpty() ? "; `imas presets NAME` prints a configuration with every key" : ""));
    }

    /** Dotted keys, sections and values, in record order. */
    private static void collectKeys(Class<?> type, String prefix, List<String> keys) {
        for (RecordComponent component : type.getRecordComponents()) {
            keys.add(prefix + snake(component.getName()));
            if (component.getType().isRecord()) {
                collectKeys(component.getType(), prefix + snake(component.getName()) + ".", keys);
            }
        }
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
                if (items.get(i) == null) {
                    throw mismatch(key + "[" + i + "]", null, "a value");
                }
                Object item = value(list.getActualTypeArguments()[0], items.get(i), key + "[" + i + "]");
                if (item == null) {
                    throw mismatch(key + "[" + i + "]", items.get(i), "a whole number");
                }
                values.add(item);
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
            if (!List.of("true", "false").contains(String.valueOf(found).toLowerCase(Locale.ROOT))) {
                throw mismatch(key, found, "true or false");
            }
            return Boolean.valueOf(found.toString());
        }
        if (wanted == Integer.class && (found == null || found.equals(OPEN))) {
            return null;
        }
        return wanted == double.class || wanted == Double.class ? real(found, key) : whole(found, key, wanted == long.class);
    }

    private static Object scalar(Object found, String key) {
        if (found instanceof Map || found instanceof List) {
            throw mismatch(key, found, "one value");
        }
        return found;
    }

    private static double real(Object found, String key) {
        try {
            return new BigDecimal(String.valueOf(found)).doubleValue();
        } catch (NumberFormatException e) {
            throw mismatch(key, found, "a number");
        }
    }

    /** Decimal, or hexadecimal with 0x; 20.0 and 1e5 are whole, too. */
    private static Object whole(Object found, String key, boolean wide) {
        String text = String.valueOf(found);
        try {
            BigDecimal value = text.startsWith("0x") ? new BigDecimal(new BigInteger(text.substring(2), 16)) : new BigDecimal(text);
            if (value.signum() != 0 && Math.abs((long) value.precision() - value.scale()) > MAX_DIGITS) {
                throw new ArithmeticException("too long");
            }
            if (wide) {
                return value.longValueExact();
            }
            return value.intValueExact();
        } catch (NumberFormatException e) {
            throw mismatch(key, found, "a whole number");
        } catch (ArithmeticException e) {
            throw mismatch(key, found, "a whole number of at most " + (wide ? "18" : "9") + " digits");
        }
    }

    private static Object constant(Class<?> wanted, Object found, String key) {
        String name = String.valueOf(found);
        List<String> names = Arrays.stream(wanted.getEnumConstants()).map(c -> ((Enum<?>) c).name().toLowerCase(Locale.ROOT)).toList();
        int index = names.indexOf(name.toLowerCase(Locale.ROOT));
        if (index < 0) {
            throw mismatch(key, found, names.stream().collect(Collectors.joining(", ", "one of ", "")));
        }
        return wanted.getEnumConstants()[index];
    }

    private static UserException mismatch(String key, Object found, String expected) {
        return new UserException(key + " is " + (found == null ? "empty" : "'" + shortened(found) + "'") + "; expected " + expected);
    }

    private static String shortened(Object found) {
        String text = found.toString().lines().findFirst().orElse("");
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    /** batchLabeled becomes batch_labeled. */
    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
