package dev.imas.config;

import dev.imas.common.UserException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Turns maps as {@link YamlText} yields them into the records of {@link ImasConfig} and back. Keys and words follow
 * {@link Names}; every component must be given, no other key may be. Values are text or of the component's own type.
 * Messages name the whole key.
 */
final class RecordMapper {
    private static final int MAX_DIGITS = 20;
    private static final int LONGEST_NUMBER = 1000;
    /** How a value that may be left open (an Integer, or with Allowed.OrAuto) is written when it is: null. */
    private static final String OPEN = "auto";

    /** Every command asks for them hundreds of times before it begins. */
    private static final ClassValue<Map<String, RecordComponent>> COMPONENTS = new ClassValue<>() {
        @Override
        protected Map<String, RecordComponent> computeValue(Class<?> type) {
            Map<String, RecordComponent> components = new LinkedHashMap<>();
            for (RecordComponent component : type.getRecordComponents()) {
                components.put(Names.key(component.getName()), component);
            }
            return Collections.unmodifiableMap(components);
        }
    };

    private RecordMapper() {}

    /** The record that the map describes; {@code prefix} is the key of the map itself, or empty. */
    static <T> T read(Class<T> type, Map<String, Object> values, String prefix) {
        RecordComponent[] components = type.getRecordComponents();
        Set<String> known = components(type).keySet();
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw unknownKey(prefix, key);
            }
        }
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = Names.key(components[i].getName());
            if (!values.containsKey(name)) {
                throw new UserException(prefix + name + " is missing; see `imas presets` for complete configurations");
            }
            arguments[i] = value(components[i], values.get(name), prefix + name);
        }
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new UserException(prefix + ": " + e.getCause().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the record " + type.getName() + " cannot be built", e);
        }
    }

    /** The map of a record, keys in component order, values as they are written: enums as words, colours as text. */
    static Map<String, Object> write(Object configuration) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : configuration.getClass().getRecordComponents()) {
            values.put(Names.key(component.getName()), plain(component, get(component, configuration)));
        }
        return values;
    }

    private static Object plain(RecordComponent component, Object value) {
        if (value instanceof Record) {
            return write(value);
        }
        if (value instanceof Enum<?> constant) {
            return Names.word(constant);
        }
        if (value instanceof List<?> list) {
            boolean colors = component.isAnnotationPresent(Allowed.Color.class);
            // A list of its own each time: YAML would write one that occurs twice as an anchor and an alias.
            return new ArrayList<Object>(
                    colors ? list.stream().map(item -> Colors.hex((int) item)).toList() : list);
        }
        if (value instanceof Channels channels) {
            return channels.plain();
        }
        if (value instanceof PixelRange range) {
            return range.plain();
        }
        if (value instanceof Map<?, ?> map) {
            return new Pairs(map);
        }
        return value == null && mayBeOpen(component) ? OPEN : value;
    }

    private static boolean mayBeOpen(RecordComponent component) {
        return component.getType() == Integer.class || component.isAnnotationPresent(Allowed.OrAuto.class);
    }

    /** The value of a setting that is a map; unlike a section it is one value, written on one line. */
    static final class Pairs extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 1;

        private Pairs(Map<?, ?> map) {
            map.forEach((key, value) -> put(plain(key), plain(value)));
        }

        /** Numbers without quotes, which read back as the same text. */
        private static Object plain(Object text) {
            return text.toString().matches("0|[1-9][0-9]{0,8}") ? Integer.valueOf(text.toString()) : text;
        }
    }

    /** The component's value in a record. */
    static Object get(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the component " + component.getName() + " cannot be read", e);
        }
    }

    /**
     * Checks the keys and types of a part of a configuration.
     *
     * @param origin where the part stands; messages begin with it
     */
    static void check(Map<String, Object> values, String origin) {
        Faults faults = new Faults();
        check(ImasConfig.class, values, "", faults);
        faults.raise(origin + ": ");
    }

    @SuppressWarnings("unchecked")
    private static void check(Class<?> type, Map<String, Object> values, String prefix, Faults faults) {
        Map<String, RecordComponent> components = components(type);
        values.forEach((name, value) -> {
            RecordComponent component = components.get(name);
            String key = prefix + name;
            if (component == null) {
                faults.gather(() -> {
                    throw unknownKey(prefix, name);
                });
            } else if (component.getType().isRecord() && value instanceof Map<?, ?> section) {
                check(component.getType(), (Map<String, Object>) section, key + ".", faults);
            } else if (!component.getType().isRecord() || value != null) {
                faults.gather(() -> value(component, value, key));
            }
        });
    }

    /** Whether a whole key names a section, which holds settings. */
    static boolean isSection(String key) {
        Class<?> type = ImasConfig.class;
        for (String name : key.split("\\.")) {
            RecordComponent component = components(type).get(name);
            if (component == null || !component.getType().isRecord()) {
                return false;
            }
            type = component.getType();
        }
        return true;
    }

    private static Map<String, RecordComponent> components(Class<?> type) {
        return COMPONENTS.get(type);
    }

    /** Names the nearest key of the whole configuration: the same word in another section, or a similar one. */
    private static UserException unknownKey(String prefix, String name) {
        List<String> known = keys();
        String last = name.substring(name.lastIndexOf('.') + 1);
        String hint = known.stream()
                .filter(key -> key.endsWith("." + last))
                .findFirst()
                .map(key -> "; did you mean " + key + "?")
                .orElseGet(() -> Nearest.hint(prefix + name, known));
        return new UserException("unknown key " + prefix + name + hint
                + (hint.isEmpty() ? "; `imas presets NAME` prints a configuration with every key" : ""));
    }

    /** Every key of a configuration, sections and values, in record order. */
    static List<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        for (Setting setting : Setting.ALL) {
            for (int dot = setting.key().indexOf('.');
                    dot >= 0;
                    dot = setting.key().indexOf('.', dot + 1)) {
                keys.add(setting.key().substring(0, dot));
            }
            keys.add(setting.key());
        }
        return List.copyOf(keys);
    }

    @SuppressWarnings("unchecked")
    private static Object value(RecordComponent component, Object found, String key) {
        Class<?> type = component.getType();
        if (mayBeOpen(component) && (found == null || found.equals(OPEN))) {
            return null;
        }
        if (type == List.class) {
            return list(component, found, key);
        }
        if (type == Map.class) {
            return pairs(found, key);
        }
        if (type.isRecord()) {
            if (!(found instanceof Map<?, ?> map)) {
                String first = Names.key(type.getRecordComponents()[0].getName());
                throw mismatch(key, found, "a section of keys, such as " + key + "." + first);
            }
            return read(type, (Map<String, Object>) map, key + ".");
        }
        if (type == Channels.class) {
            return Channels.parse(found).orElseThrow(() -> mismatch(key, found, Channels.EXPECTED));
        }
        if (type == PixelRange.class) {
            return PixelRange.parse(found).orElseThrow(() -> mismatch(key, found, PixelRange.EXPECTED));
        }
        boolean text = type == String.class && !component.isAnnotationPresent(Allowed.PathOrNull.class);
        return single(type, text && found == null ? "" : found, key); // `license:` alone says that there is none
    }

    private static List<Object> list(RecordComponent component, Object found, String key) {
        boolean colors = component.isAnnotationPresent(Allowed.Color.class);
        Class<?> type = (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
        if (!(found instanceof List<?> items)) {
            String example = colors ? "[\"#808080\", \"#80ff00\"]" : type == String.class ? "[a, b]" : "[1, 2]";
            throw mismatch(key, found, (mayBeOpen(component) ? OPEN + ", or " : "") + "a list like " + example);
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            String place = key + "[" + i + "]";
            if (items.get(i) == null) {
                throw mismatch(place, null, colors ? Colors.EXPECTED : "a value");
            }
            values.add(colors ? color(items.get(i), place) : single(type, items.get(i), place));
        }
        return List.copyOf(values);
    }

    private static Map<String, String> pairs(Object found, String key) {
        if (!(found instanceof Map<?, ?> map)) {
            throw mismatch(key, found, "pairs like {0: background, 255: cell}, or {}; a colour stands in quotes");
        }
        Map<String, String> values = new LinkedHashMap<>();
        map.forEach((name, value) -> {
            if (value == null) {
                throw mismatch(key + "." + name, null, "a value");
            }
            values.put(name.toString(), scalar(value, key + "." + name).toString());
        });
        return Collections.unmodifiableMap(values);
    }

    private static int color(Object found, String key) {
        return Colors.parse(found.toString()).orElseThrow(() -> mismatch(key, found, Colors.EXPECTED));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object single(Class<?> type, Object found, String key) {
        if (type.isEnum()) {
            return constant((Class) type, found, key);
        }
        if (type == String.class) {
            return found == null ? null : scalar(found, key).toString();
        }
        if (type == boolean.class) {
            return truth(found, key);
        }
        boolean real = type == double.class || type == Double.class;
        return real ? (Object) real(found, key) : whole(found, key, type == long.class);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, Object found, String key) {
        return Names.constant(type, String.valueOf(found))
                .orElseThrow(() -> mismatch(key, found, "one of " + String.join(", ", Names.words(type))));
    }

    private static boolean truth(Object found, String key) {
        String text = String.valueOf(found).toLowerCase(Locale.ROOT);
        if (!text.equals("true") && !text.equals("false")) {
            throw mismatch(key, found, "true or false");
        }
        return text.equals("true");
    }

    private static Object scalar(Object found, String key) {
        if (found instanceof Map || found instanceof List) {
            throw mismatch(key, found, "one value");
        }
        return found;
    }

    private static double real(Object found, String key) {
        try {
            return decimal(String.valueOf(found)).doubleValue();
        } catch (NumberFormatException e) {
            throw mismatch(key, found, "a number");
        }
    }

    /** Decimal, or hexadecimal with 0x; 20.0 and 1e5 are whole, too. */
    private static Object whole(Object found, String key, boolean wide) {
        String text = String.valueOf(found);
        try {
            BigDecimal value = text.startsWith("0x") && text.length() <= LONGEST_NUMBER
                    ? new BigDecimal(new BigInteger(text.substring(2), 16))
                    : decimal(text);
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

    /** The time that reading takes grows with the square of the digits. */
    private static BigDecimal decimal(String text) {
        if (text.length() > LONGEST_NUMBER) {
            throw new NumberFormatException("too long");
        }
        return new BigDecimal(text);
    }

    private static UserException mismatch(String key, Object found, String expected) {
        String what = found == null ? "empty" : "'" + shortened(found) + "'";
        return new UserException(key + " is " + what + "; expected " + expected);
    }

    private static String shortened(Object found) {
        String text = Written.of(found).lines().findFirst().orElse("");
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
