package dev.imas.config;

import dev.imas.config.ImasConfig.Data;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code data.labels} as it is meant. A key is a stored value (a palette index, grey value or instance number) or a
 * range of them ({@code 0-127}), a colour {@code "#rrggbb"}, or {@code other} for all that has no key of its own; what
 * it stands for is the number or the name of a class, or {@code ignore}.
 *
 * @param values  class of a stored value, {@link #IGNORED} for none
 * @param colours class of a colour 0xRRGGBB, {@link #IGNORED} for none
 * @param other   class of everything else; empty: nothing else may occur
 * @param names   one a class where classes are called by name; else empty
 */
public record MaskLabels(
        Map<Integer, Integer> values, Map<Integer, Integer> colours, OptionalInt other, List<String> names) {
    /** The label that takes no part in any loss or count. */
    public static final int IGNORED = 255;
    /** The word for it. */
    public static final String IGNORE = "ignore";

    private static final String OTHER = "other";
    private static final String BACKGROUND = "background";
    private static final int MOST_CLASSES = 255;
    /** What a range may hold: all of 16 bits. */
    private static final int MOST_VALUES = 1 << 16;

    /** The labels of a configuration that was checked. */
    public static MaskLabels of(Data data) {
        Faults faults = new Faults();
        MaskLabels labels = of(data, faults);
        faults.raise("");
        return labels;
    }

    /** As {@link #of(Data)}; notes every fault and leaves out what it is in. */
    static MaskLabels of(Data data, Faults faults) {
        List<String> names = names(data, faults);
        Map<Integer, Integer> values = new LinkedHashMap<>();
        Map<Integer, Integer> colours = new LinkedHashMap<>();
        List<Integer> others = new ArrayList<>();
        data.labels().forEach((key, meaning) -> {
            OptionalInt label = label(key, meaning, names, data, faults);
            if (label.isEmpty()) {
                return;
            }
            Optional<int[]> range = range(key);
            OptionalInt colour = colour(key);
            if (key.equals(OTHER)) {
                others.add(label.getAsInt());
            } else if (range.isPresent()) {
                boolean twice = false;
                for (int value = range.get()[0]; value <= range.get()[1] && !twice; value++) {
                    twice = values.put(value, label.getAsInt()) != null;
                }
                once(twice, key, faults);
            } else if (colour.isPresent()) {
                once(colours.put(colour.getAsInt(), label.getAsInt()) != null, key, faults);
            } else {
                faults.add("data.labels has the key " + key + "; expected what masks hold: a value such as 255 "
                        + "or 0-127, a colour such as \"#80ff00\" (with the quotes), or " + OTHER
                        + " for all the rest");
            }
        });
        OptionalInt other = others.stream().mapToInt(i -> i).findFirst();
        return new MaskLabels(values, colours, other, names);
    }

    /** Number of classes that the labels speak of: one more than the highest, and not fewer than names. */
    public int classes() {
        int most = names.size();
        for (Map<Integer, Integer> map : List.of(values, colours)) {
            for (int label : map.values()) {
                most = label == IGNORED ? most : Math.max(most, label + 1);
            }
        }
        return other.isPresent() && other.getAsInt() != IGNORED ? Math.max(most, other.getAsInt() + 1) : most;
    }

    private static void once(boolean twice, String key, Faults faults) {
        if (twice) {
            faults.add("data.labels names " + key + " twice; keep one");
        }
    }

    private static OptionalInt value(String key) {
        return key.matches("[0-9]{1,9}") ? OptionalInt.of(Integer.parseInt(key)) : OptionalInt.empty();
    }

    /** First and last value of a key that names one or several. */
    private static Optional<int[]> range(String key) {
        String[] ends = key.split("-", -1);
        OptionalInt first = value(ends[0]);
        OptionalInt last = value(ends[ends.length - 1]);
        boolean rising = ends.length <= 2
                && first.isPresent()
                && last.isPresent()
                && first.getAsInt() <= last.getAsInt()
                && last.getAsInt() - first.getAsInt() < MOST_VALUES;
        return rising ? Optional.of(new int[] {first.getAsInt(), last.getAsInt()}) : Optional.empty();
    }

    private static OptionalInt colour(String key) {
        return value(key).isPresent() ? OptionalInt.empty() : Colors.parse(key);
    }

    /** The configuration's names, else those that the labels use, in their order, the background first. */
    private static List<String> names(Data data, Faults faults) {
        List<String> used = data.labels().values().stream()
                .filter(meaning -> !meaning.equals(IGNORE) && value(meaning).isEmpty())
                .distinct()
                .toList();
        if (!data.classNames().isEmpty() || used.isEmpty()) {
            return data.classNames();
        }
        used.forEach(name ->
                faults.require(ClassNameRule.allows(name), "data.labels: a class", name, ClassNameRule.EXPECTED));
        boolean numbers = data.labels().values().stream()
                .anyMatch(meaning -> value(meaning).isPresent());
        if (numbers) {
            faults.add("data.labels calls classes by number and by name (" + String.join(", ", used)
                    + "); give data.class_names, or use names alone");
        } else if (data.classes() != null && data.classes() != used.size()) {
            faults.add("data.labels names " + used.size() + " classes (" + String.join(", ", used)
                    + "), data.classes is " + data.classes() + "; make them agree, or give data.class_names");
        }
        List<String> ordered = new ArrayList<>(used);
        ordered.stream().filter(BACKGROUND::equalsIgnoreCase).findFirst().ifPresent(background -> {
            ordered.remove(background);
            ordered.add(0, background);
        });
        return List.copyOf(ordered);
    }

    private static OptionalInt label(String key, String meaning, List<String> names, Data data, Faults faults) {
        if (meaning.equals(IGNORE)) {
            return OptionalInt.of(IGNORED);
        }
        OptionalInt number = value(meaning);
        if (number.isEmpty() && names.contains(meaning)) {
            return OptionalInt.of(names.indexOf(meaning));
        }
        int classes = data.classes() == null ? MOST_CLASSES : data.classes();
        if (number.isPresent() && number.getAsInt() < classes) {
            return number;
        }
        String known = names.isEmpty() ? "" : " or one of " + String.join(", ", names);
        faults.add("data.labels: " + key + " is " + meaning + "; expected a class from 0 to " + (classes - 1) + known
                + ", or " + IGNORE);
        return OptionalInt.empty();
    }
}
