package dev.imas.compare;

import dev.imas.config.ConfigYaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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
     * Of each run its own values of the settings in which not all agree; empty where all agree. Where they are many,
     * the first run of each kind gives its name.
     */
    static List<String> of(List<RunFacts> runs) {
        List<Map<String, String>> settings = settings(runs);
        Set<String> keys = new TreeSet<>();
        settings.forEach(each -> keys.addAll(each.keySet()));
        keys.removeIf(key -> !told(key)
                || settings.stream().map(each -> each.get(key)).distinct().count() == 1);
        Map<List<String>, String> kinds = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            Map<String, String> own = settings.get(i);
            List<String> values =
                    keys.stream().map(key -> own.getOrDefault(key, "–")).toList();
            Path directory = runs.get(i).directory().root().toAbsolutePath().normalize();
            names.add(kinds.computeIfAbsent(values, kind -> named(keys, own, directory)));
        }
        return names;
    }

    private static String named(Set<String> keys, Map<String, String> own, Path directory) {
        List<String> told = keys.stream()
                .map(key -> key.substring(key.lastIndexOf('.') + 1) + " " + own.getOrDefault(key, "–"))
                .toList();
        boolean few = told.size() <= MOST && told.stream().allMatch(text -> text.length() <= LONGEST);
        return few ? String.join(", ", told) : "as in " + directory.getFileName();
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
