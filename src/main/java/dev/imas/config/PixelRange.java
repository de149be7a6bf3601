package dev.imas.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Which stored values of a picture become 0 and which 1; the setting {@code data.range}. Training turns the rules that
 * look at a whole data set ({@link Rule#AUTO}, {@link Rule#PERCENTILE}, {@link Rule#ZSCORE}) into the numbers that they
 * find, once, and keeps those in config.yaml and in the weight files.
 */
public final class PixelRange {
    /** What may be written, for messages. */
    public static final String EXPECTED = "auto, file, percentile, zscore, picture_percentile, picture_zscore,"
            + " or the stored values [low, high] that become 0 and 1 (a pair, or a list of pairs, one a channel)";

    /** How values become numbers in [0,1]. */
    public enum Rule {
        /** Look at the data and say what was taken: {@link #FILE}, or {@link #PERCENTILE} where that would be dark. */
        AUTO,
        /** All values that the file's samples can have; floats must lie in [0,1]. */
        FILE,
        /** Each channel from its 0.1st to its 99.9th percentile over the data set. */
        PERCENTILE,
        /** Each channel from five deviations below its mean to five above, over the data set. */
        ZSCORE,
        /** As {@link #PERCENTILE}, each picture by itself. */
        PICTURE_PERCENTILE,
        /** As {@link #ZSCORE}, each picture by itself. */
        PICTURE_ZSCORE,
        /** Given numbers. */
        WINDOWS
    }

    /** Stored values that become 0 and 1, finite, the first the smaller. */
    public record Window(double low, double high) {
        boolean usable() {
            return Double.isFinite(low) && Double.isFinite(high) && low < high;
        }
    }

    private final Rule rule;
    private final List<Window> windows;

    private PixelRange(Rule rule, List<Window> windows) {
        this.rule = rule;
        this.windows = windows;
    }

    /** A rule other than {@link Rule#WINDOWS}. */
    public static PixelRange of(Rule rule) {
        if (rule == Rule.WINDOWS) {
            throw new IllegalArgumentException("windows need numbers");
        }
        return new PixelRange(rule, List.of());
    }

    /** @param windows one for all channels, or one a channel */
    public static PixelRange of(List<Window> windows) {
        if (windows.isEmpty() || !windows.stream().allMatch(Window::usable)) {
            throw new IllegalArgumentException("each window needs a low end below its high one, got " + windows);
        }
        return new PixelRange(Rule.WINDOWS, List.copyOf(windows));
    }

    /** Reads what {@link #plain} writes, numbers also as texts; empty for anything else. */
    public static Optional<PixelRange> parse(Object found) {
        try {
            if (found instanceof List<?> list) {
                List<Window> windows =
                        list.stream().anyMatch(List.class::isInstance) ? windows(list) : List.of(window(list));
                return windows.isEmpty() || !windows.stream().allMatch(Window::usable)
                        ? Optional.empty()
                        : Optional.of(of(windows));
            }
            return Names.constant(Rule.class, String.valueOf(found))
                    .filter(rule -> rule != Rule.WINDOWS)
                    .map(PixelRange::of);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    private static PixelRange read(Object plain) {
        return parse(plain).orElseThrow(() -> new IllegalArgumentException(plain + ": expected " + EXPECTED));
    }

    private static List<Window> windows(List<?> list) {
        return list.stream().map(PixelRange::window).toList();
    }

    private static Window window(Object pair) {
        if (!(pair instanceof List<?> ends) || ends.size() != 2) {
            throw new NumberFormatException("no pair");
        }
        return new Window(number(ends.get(0)), number(ends.get(1)));
    }

    private static double number(Object found) {
        return Double.parseDouble(String.valueOf(found));
    }

    public Rule rule() {
        return rule;
    }

    /** One for all channels, or one a channel; empty but for {@link Rule#WINDOWS}. */
    public List<Window> windows() {
        return windows;
    }

    /** Whether the numbers still have to be found in a data set. */
    public boolean open() {
        return rule == Rule.AUTO || rule == Rule.PERCENTILE || rule == Rule.ZSCORE;
    }

    /** As it is written in YAML: a word, a pair of numbers, or a list of pairs. */
    @JsonValue
    public Object plain() {
        if (rule != Rule.WINDOWS) {
            return Names.word(rule);
        }
        List<List<Double>> pairs = windows.stream()
                .map(window -> List.of(window.low(), window.high()))
                .toList();
        return pairs.size() == 1 ? pairs.get(0) : pairs;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PixelRange range && rule == range.rule && windows.equals(range.windows);
    }

    @Override
    public int hashCode() {
        return Objects.hash(rule, windows);
    }

    @Override
    public String toString() {
        return plain().toString();
    }
}
