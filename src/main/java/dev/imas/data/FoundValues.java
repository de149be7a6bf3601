package dev.imas.data;

import dev.imas.config.Colors;
import dev.imas.image.MaskValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The values of many masks, by number or by colour, with what each has; and how people are told of them. */
final class FoundValues {
    private static final int TOLD_VALUES = 40;
    private static final int TOLD_FILES = 5;

    private static final class Count {
        private long pixels;
        private final List<Path> masks = new ArrayList<>();

        /** Masks come one after the other: only the last one may be there already. */
        void add(Path mask) {
            if (masks.isEmpty() || masks.get(masks.size() - 1) != mask) {
                masks.add(mask);
            }
        }
    }

    private final Map<Integer, Count> counts = new TreeMap<>();
    private final boolean colours;
    private final long total;

    private FoundValues(
            List<MaskContent> masks, Predicate<MaskValue> wanted, ToIntFunction<MaskValue> key, boolean colours) {
        this.colours = colours;
        long sum = 0;
        for (MaskContent mask : masks) {
            sum += (long) mask.size().width() * mask.size().height();
            mask.pixels().forEach((value, pixels) -> {
                if (wanted.test(value)) {
                    Count count = counts.computeIfAbsent(key.applyAsInt(value), k -> new Count());
                    count.pixels += pixels;
                    count.add(mask.path());
                }
            });
        }
        total = sum;
    }

    /** The numbers that masks hold. */
    static FoundValues numbers(List<MaskContent> masks) {
        return numbers(masks, value -> true);
    }

    static FoundValues numbers(List<MaskContent> masks, Predicate<MaskValue> wanted) {
        return new FoundValues(masks, value -> value.number() >= 0 && wanted.test(value), MaskValue::number, false);
    }

    /** The colours that masks show. */
    static FoundValues colours(List<MaskContent> masks, Predicate<MaskValue> wanted) {
        return new FoundValues(masks, value -> value.colour() >= 0 && wanted.test(value), MaskValue::colour, true);
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    /** In rising order. */
    List<Integer> keys() {
        return List.copyOf(counts.keySet());
    }

    /** Those with most pixels first. */
    List<Integer> byShare() {
        return counts.keySet().stream()
                .sorted(Comparator.comparingLong((Integer key) -> -counts.get(key).pixels))
                .toList();
    }

    /** Share of all pixels, 0 to 1. */
    double share(int key) {
        return (double) counts.get(key).pixels / total;
    }

    double share(Collection<Integer> keys) {
        return keys.stream().mapToDouble(this::share).sum();
    }

    /** The one with most pixels. */
    int commonest(Collection<Integer> keys) {
        return keys.stream()
                .max(Comparator.comparingLong(key -> counts.get(key).pixels))
                .orElseThrow();
    }

    /** Each with its share of pixels and masks: {@code 7 (12.5 % of pixels, 3 masks), 26 (0.3 %, 1)}. */
    String told(Collection<Integer> keys) {
        List<String> texts = new ArrayList<>();
        for (int key : keys.stream().limit(TOLD_VALUES).toList()) {
            int files = counts.get(key).masks.size();
            boolean first = texts.isEmpty();
            texts.add(name(key) + " (" + percent(share(key)) + (first ? " of pixels, " + masks(files) : ", " + files)
                    + ")");
        }
        String more = keys.size() > TOLD_VALUES ? " and " + (keys.size() - TOLD_VALUES) + " more" : "";
        return String.join(", ", texts) + more;
    }

    /** All of them. */
    String told() {
        return told(colours ? byShare() : keys());
    }

    /** {@code a.png, b.png and 3 more} of the masks in which any of the values occurs. */
    String files(Collection<Integer> keys) {
        return files(keys.stream()
                .flatMap(key -> counts.get(key).masks.stream())
                .distinct()
                .toList());
    }

    static String files(List<Path> paths) {
        List<String> named =
                paths.stream().limit(TOLD_FILES).map(Path::toString).toList();
        int more = paths.size() - named.size();
        return more > 0
                ? String.join(", ", named) + " and " + more + " more"
                : named.size() < 2
                        ? String.join("", named)
                        : String.join(", ", named.subList(0, named.size() - 1)) + " and " + named.get(named.size() - 1);
    }

    private String name(int key) {
        return colours ? Colors.hex(key) : String.valueOf(key);
    }

    /** The line that makes classes of these values in their order: {@code data.labels: {0: 0, 255: 1}}. */
    String line(List<Integer> keys, boolean ignoreOthers) {
        return "data.labels: {" + pairs(keys, colours) + (ignoreOthers ? ", other: ignore}" : "}");
    }

    static String pairs(List<Integer> keys, boolean colours) {
        return IntStream.range(0, keys.size())
                .mapToObj(i -> (colours ? '"' + Colors.hex(keys.get(i)) + '"' : keys.get(i)) + ": " + i)
                .collect(Collectors.joining(", "));
    }

    static String masks(int count) {
        return count + (count == 1 ? " mask" : " masks");
    }

    static String percent(double share) {
        return share > 0 && share < 0.001 ? "under 0.1 %" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
