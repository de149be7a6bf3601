package dev.imas.annotations;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The parts of a data set that programs export side by side: train/, valid/ and test/, which stay apart. */
enum DataParts {
    TRAIN("", List.of("train", "training")),
    VALIDATION("val/", List.of("val", "valid", "validation")),
    TEST("test/", List.of("test", "testing"));

    /** The part's folder in what an import writes, empty or with its slash. */
    final String place;

    private final List<String> names;

    DataParts(String place, List<String> names) {
        this.place = place;
        this.names = names;
    }

    /**
     * The part of each path by its first folder; empty where some lie in none, or all in one, or none in one to learn
     * from.
     *
     * @param paths relative, with slashes
     */
    static List<DataParts> of(List<String> paths) {
        List<DataParts> parts = new ArrayList<>();
        for (String path : paths) {
            Optional<DataParts> part = of(path);
            if (part.isEmpty()) {
                return List.of();
            }
            parts.add(part.get());
        }
        return new HashSet<>(parts).size() > 1 && parts.contains(TRAIN) ? parts : List.of();
    }

    private static Optional<DataParts> of(String path) {
        String first = path.substring(0, Math.max(0, path.indexOf('/'))).toLowerCase(Locale.ROOT);
        for (DataParts part : values()) {
            if (part.names.contains(first)) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }

    /** How many names lie in the place of each part, such as {@code train 4, test 2}; empty where all lie in one. */
    static String told(List<String> names) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (DataParts part : values()) {
            names.stream()
                    .filter(name -> name.substring(0, name.lastIndexOf('/') + 1).equals(part.place))
                    .forEach(name -> counts.merge(part.name().toLowerCase(Locale.ROOT), 1, Integer::sum));
        }
        return counts.size() < 2
                ? ""
                : String.join(
                        ", ",
                        counts.entrySet().stream()
                                .map(entry -> entry.getKey() + " " + entry.getValue())
                                .toList());
    }
}
