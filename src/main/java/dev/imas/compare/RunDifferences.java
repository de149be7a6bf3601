package dev.imas.compare;

import dev.imas.config.ConfigYaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** In which settings runs differ that are not said elsewhere: method, seed, and where things lie. */
final class RunDifferences {
    /** These may change on resume, and change what a run leaves. */
    private static final Set<String> TOLD = Set.of("training.epochs", "training.keep", "training.patience");
    /** Said elsewhere, or found from the labels that a run has. */
    private static final Set<String> UNTOLD = Set.of(
            "method",
            "seed",
            "supervised.class_weights",
            "data.epoch_length",
            "data.set_aside",
            "data.embedded.labeled");

    private static final int MOST = 3;
    private static final int LONGEST = 40;

    private RunDifferences() {}

    /**
     * What each run is called by the settings in which not all agree; empty where all agree. Where these are many, by
     * those in which it departs from most kinds of runs (one that departs in none is called nothing); where that is
     * much, too, by the directory of the first run of its kind. Runs are called the same only if they are of one kind.
     */
    static List<String> of(List<RunFacts> runs) {
        List<Map<String, String>> settings = settings(runs);
        Set<String> keys = new TreeSet<>();
        settings.forEach(each -> keys.addAll(each.keySet()));
        keys.removeIf(key -> !told(key)
                || settings.stream().map(each -> each.get(key)).distinct().count() == 1);
        Map<Map<String, String>, Path> kinds = new LinkedHashMap<>();
        List<Map<String, String>> own = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            Map<String, String> values = new TreeMap<>();
            for (String key : keys) {
                values.put(key, settings.get(i).getOrDefault(key, "–"));
            }
            own.add(values);
            kinds.putIfAbsent(values, runs.get(i).directory().root());
        }
        Map<Map<String, String>, String> names = names(kinds, keys);
        return own.stream().map(names::get).toList();
    }

    private static Map<Map<String, String>, String> names(Map<Map<String, String>, Path> kinds, Set<String> keys) {
        Map<Map<String, String>, Map<String, String>> told = new LinkedHashMap<>();
        kinds.keySet().forEach(kind -> told.put(kind, kind));
        if (!told.values().stream().allMatch(values -> isShort(values, keys))) {
            Map<String, String> usual = usual(kinds.keySet(), keys);
            told.replaceAll((kind, all) -> {
                Map<String, String> departures = new TreeMap<>(kind);
                departures.entrySet().removeAll(usual.entrySet());
                return departures;
            });
        }
        Map<Map<String, String>, String> names = new HashMap<>();
        told.forEach((kind, values) -> names.put(
                kind,
                isShort(values, keys)
                        ? String.join(", ", texts(values, keys))
                        : "as in " + UniqueTail.of(kinds.get(kind), kinds.values())));
        return names;
    }

    /** The values that more than half of the kinds have. */
    private static Map<String, String> usual(Set<Map<String, String>> kinds, Set<String> keys) {
        Map<String, String> usual = new HashMap<>();
        for (String key : keys) {
            for (Map<String, String> kind : kinds) {
                String value = kind.get(key);
                if (2 * kinds.stream().filter(k -> k.get(key).equals(value)).count() > kinds.size()) {
                    usual.put(key, value);
                }
            }
        }
        return usual;
    }

    private static boolean isShort(Map<String, String> values, Set<String> keys) {
        return values.size() <= MOST && texts(values, keys).stream().allMatch(text -> text.length() <= LONGEST);
    }

    /** Such as "lr 0.01"; with the section where two keys differ in nothing else. */
    private static List<String> texts(Map<String, String> values, Set<String> keys) {
        return values.entrySet().stream()
                .map(value -> {
                    String last = last(value.getKey());
                    boolean one =
                            keys.stream().filter(key -> last(key).equals(last)).count() == 1;
                    return (one ? last : value.getKey()) + " " + value.getValue();
                })
                .toList();
    }

    private static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** The settings in which all agree, a line each. */
    static String inCommon(List<RunFacts> runs) {
        List<Map<String, String>> settings = settings(runs);
        Set<String> lines = new LinkedHashSet<>();
        settings.get(0).forEach((key, value) -> {
            if (settings.stream().allMatch(each -> value.equals(each.get(key)))) {
                lines.add(key + ": " + value);
            }
        });
        return String.join("\n", lines);
    }

    private static boolean told(String key) {
        return TOLD.contains(key)
                || !UNTOLD.contains(key) && !ConfigYaml.freeOnResume().contains(key);
    }

    /** Runs without a configuration are left out of no difference: they have no value. */
    private static List<Map<String, String>> settings(List<RunFacts> runs) {
        List<Map<String, String>> settings = new ArrayList<>();
        for (RunFacts run : runs) {
            Map<String, String> flat = new TreeMap<>();
            flatten("", run.config().values(), flat);
            settings.add(flat);
        }
        return settings;
    }

    private static void flatten(String prefix, Map<?, ?> values, Map<String, String> flat) {
        values.forEach((key, value) -> {
            if (value instanceof Map<?, ?> section) {
                flatten(prefix + key + ".", section, flat);
            } else {
                flat.put(prefix + key, String.valueOf(value));
            }
        });
    }
}
