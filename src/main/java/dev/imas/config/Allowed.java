package dev.imas.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the values of a setting may be, written where the setting is: at its component in {@link ImasConfig}. Messages
 * and the reference page docs/settings.md are made from it. What must hold between several settings is in
 * {@link Validation}.
 */
public final class Allowed {
    private static final double UNBOUNDED = Double.POSITIVE_INFINITY;

    private Allowed() {}

    /** Notes what is wrong with the value of a setting by itself. */
    static void check(Setting setting, Object value, Faults faults) {
        RecordComponent component = setting.component();
        Text text = component.getAnnotation(Text.class);
        if (text != null) {
            boolean matches = value != null && value.toString().matches(text.pattern());
            faults.require(matches, setting.key(), value, text.expected());
        }
        if (setting.has(PathOrNull.class) && value instanceof String path) {
            faults.require(!path.isBlank() && path.indexOf('\0') < 0, setting.key(), path, "a path");
        }
        Items items = component.getAnnotation(Items.class);
        if (items != null && !contains(items.value(), ((List<?>) value).size())) {
            faults.add(Faults.message(setting.key(), value, items.expected()));
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                checkNumber(component, setting.key() + "[" + i + "]", list.get(i), faults);
            }
        } else {
            checkNumber(component, setting.key(), value, faults);
        }
    }

    private static void checkNumber(RecordComponent component, String key, Object value, Faults faults) {
        Range range = component.getAnnotation(Range.class);
        if (range != null && value instanceof Number number) {
            double v = number.doubleValue();
            boolean within = v >= range.min() && v <= range.max() && (range.below() == UNBOUNDED || v < range.below());
            faults.require(within, key, number(v), words(range));
        }
        OneOf choice = component.getAnnotation(OneOf.class);
        if (choice != null) {
            faults.require(contains(choice.value(), (int) value), key, value, words(choice));
        }
    }

    private static boolean contains(int[] values, int value) {
        return Arrays.stream(values).anyMatch(v -> v == value);
    }

    static String words(Range range) {
        if (range.below() != UNBOUNDED) {
            return number(range.min()) + " up to, but not including, " + number(range.below());
        }
        return number(range.min()) + (range.max() == UNBOUNDED ? " or more" : " to " + number(range.max()));
    }

    static String words(OneOf choice) {
        return Arrays.stream(choice.value()).mapToObj(Integer::toString).collect(Collectors.joining(" or "));
    }

    /** Without a fraction where there is none. */
    static String number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? Long.toString((long) value) : Double.toString(value);
    }

    /** A number between two ends, which belong to it; of a list every item. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    public @interface Range {
        double min();

        double max() default UNBOUNDED;

        /** An upper end that does not belong to it. */
        double below() default UNBOUNDED;
    }

    /** One of these numbers. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    public @interface OneOf {
        int[] value();
    }

    /** A list with one of these numbers of items. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    public @interface Items {
        int[] value();

        /** In words, for messages. */
        String expected();
    }

    /** A text of a certain form; a text without this annotation may be any. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    public @interface Text {
        /** Regular expression that the whole text matches. */
        String pattern();

        /** In words, for messages. */
        String expected();
    }

    /** A path, or null. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    public @interface PathOrNull {}

    /** A colour 0xRRGGBB, in files {@code "#rrggbb"}; of a list every item. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    public @interface Color {}

    /** A list that may be left open, {@code auto} in files and null in Java: it is settled when a run begins. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    public @interface OrAuto {}

    /**
     * May differ between the parts of a run that is interrupted and resumed: it does not change what a step computes,
     * or the run says what it changes.
     */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    public @interface OnResume {}
}
