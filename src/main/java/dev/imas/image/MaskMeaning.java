package dev.imas.image;

import dev.imas.common.UserException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the values of masks mean: a class each, ignored, or nothing, which is an error. Immutable. */
public final class MaskMeaning {
    /** The label of a value that means nothing. */
    public static final int UNKNOWN = -1;

    private static final int TOLD = 20;

    private interface Rule {
        /** A class, {@link LabelMap#IGNORE} or {@link #UNKNOWN}. */
        int label(MaskValue value);
    }

    private final Rule rule;
    /** What is said of values that mean nothing, after a semicolon. */
    private final String expected;

    private MaskMeaning(Rule rule, String expected) {
        this.rule = rule;
        this.expected = expected;
    }

    /** Stored values are the numbers of classes. */
    public static MaskMeaning indices(int classes, Set<Integer> ignored) {
        return numbers(classes, 0, ignored);
    }

    /** Stored values are the numbers of classes plus 1, and 0 is ignored. */
    public static MaskMeaning indicesPlusOne(int classes, Set<Integer> ignored) {
        return numbers(classes, 1, ignored);
    }

    private static MaskMeaning numbers(int classes, int first, Set<Integer> ignored) {
        Rule rule = value -> {
            int number = value.number();
            if (number < 0) {
                return UNKNOWN;
            }
            if (number < first || ignored.contains(number)) {
                return LabelMap.IGNORE;
            }
            return number - first < classes ? number - first : UNKNOWN;
        };
        String skipped = ignored.isEmpty()
                ? ""
                : " or " + ignored.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "))
                        + " (ignored)";
        return new MaskMeaning(
                rule, "expected " + first + " to " + (classes - 1 + first) + skipped + "; check data.classes");
    }

    /**
     * What a table says, first by number, then by colour.
     *
     * @param numbers label of a stored value
     * @param colours label of a colour 0xRRGGBB
     * @param other   label of everything else, or {@link #UNKNOWN}
     * @param ignored stored values that are ignored unless the table has them
     */
    public static MaskMeaning table(
            Map<Integer, Integer> numbers, Map<Integer, Integer> colours, int other, Set<Integer> ignored) {
        Map<Integer, Integer> byNumber = Map.copyOf(numbers);
        Map<Integer, Integer> byColour = Map.copyOf(colours);
        Rule rule = value -> {
            Integer label = byNumber.get(value.number());
            if (label == null) {
                label = byColour.get(value.colour());
            }
            return label != null ? label : ignored.contains(value.number()) ? LabelMap.IGNORE : other;
        };
        return new MaskMeaning(rule, "data.labels does not say what that is; add it, or `other: ignore`");
    }

    /** A class, {@link LabelMap#IGNORE} or {@link #UNKNOWN}. */
    public int label(MaskValue value) {
        return rule.label(value);
    }

    /**
     * The labels of a mask.
     *
     * @param path names the file in messages
     * @throws UserException that names all values which mean nothing, and where the first one is
     */
    public LabelMap read(Path path, StoredMask mask) {
        int[] values = mask.values();
        byte[] labels = new byte[values.length];
        int last = values[0];
        int label = label(mask.value(last));
        for (int i = 0; i < values.length; i++) {
            if (values[i] != last) { // runs of one value are long: each is looked up once
                last = values[i];
                label = label(mask.value(last));
            }
            if (label == UNKNOWN) {
                throw unknown(path, mask, i);
            }
            labels[i] = (byte) label;
        }
        return new LabelMap(mask.width(), mask.height(), labels);
    }

    private UserException unknown(Path path, StoredMask mask, int first) {
        Set<Integer> found = new LinkedHashSet<>();
        for (int i = first; i < mask.values().length && found.size() <= TOLD; i++) {
            int value = mask.values()[i];
            if (!found.contains(value) && label(mask.value(value)) == UNKNOWN) {
                found.add(value);
            }
        }
        String place = "x=" + first % mask.width() + ", y=" + first / mask.width();
        String named = found.stream()
                .limit(TOLD)
                .map(value -> mask.colour() ? String.format(Locale.ROOT, "#%06x", value) : String.valueOf(value))
                .collect(Collectors.joining(", "));
        if (mask.colour() && !expected.startsWith("data.labels")) {
            return new UserException(path + " is a colour picture (" + named + "; first at " + place
                    + "); a mask holds class indices: save it as a palette or grey PNG, or say what its colours mean"
                    + " (data.labels)");
        }
        String what = mask.colour() ? "colour" : "label";
        return new UserException(path + " holds "
                + (found.size() == 1
                        ? what + " " + named + " at " + place
                        : what + "s " + named + (found.size() > TOLD ? " and more" : "") + " (first at " + place + ")")
                + "; " + expected);
    }
}
