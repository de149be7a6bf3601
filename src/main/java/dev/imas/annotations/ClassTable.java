package dev.imas.annotations;

import dev.imas.common.UserException;
import dev.imas.config.ClassNameRule;
import dev.imas.config.Colors;
import dev.imas.config.Nearest;
import dev.imas.image.IndexPng;
import dev.imas.image.LabelMap;
import dev.imas.image.Palette;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The classes of an import and what becomes of every name.
 *
 * @param names   one a class
 * @param palette one 0xRRGGBB a class
 * @param labels  index, or {@link LabelMap#IGNORE}, of every name that is taken; others are left out
 */
record ClassTable(List<String> names, List<Integer> palette, Map<String, Integer> labels) {
    private static final int MOST = 255;

    /** The label of a class's annotations; empty where they are left out. */
    OptionalInt label(String name) {
        Integer label = labels.get(name);
        return label == null ? OptionalInt.empty() : OptionalInt.of(label);
    }

    /**
     * The classes as they were found: background is class 0, the others follow in their order.
     *
     * @param found   names with their colours, or null
     * @param colours the names are colours: black is the background, and there is none without it
     */
    static ClassTable asFound(Map<String, Integer> found, boolean colours) {
        List<String> names = new ArrayList<>();
        Map<String, Integer> labels = new LinkedHashMap<>();
        if (!colours || found.keySet().stream().anyMatch(name -> isBackground(name, colours))) {
            names.add(ClassNames.BACKGROUND);
        }
        for (String name : found.keySet()) {
            if (isBackground(name, colours)) {
                labels.put(name, 0);
            } else if (ClassNames.isIgnored(name) || colours && name.equals(Colors.hex(IndexPng.VOID_COLOR))) {
                labels.put(name, LabelMap.IGNORE);
            } else if (!ClassNames.isRegion(name)) {
                labels.put(name, names.size());
                names.add(name);
            }
        }
        Map<Integer, Integer> given = new LinkedHashMap<>();
        labels.forEach((name, label) -> {
            if (found.get(name) != null) {
                given.putIfAbsent(label, found.get(name));
            }
        });
        return of(names, given, labels);
    }

    private static boolean isBackground(String name, boolean colours) {
        return ClassNames.isBackground(name) || colours && name.equals(Colors.hex(0));
    }

    /**
     * The classes of a list.
     *
     * @param found   names with their colours, or null
     * @param colours the names are colours, of which the list has all: without a background in it there is none
     * @param origin  what messages call the list
     */
    static ClassTable listed(ClassList list, Map<String, Integer> found, boolean colours, String origin) {
        List<String> names = new ArrayList<>();
        if (!colours || list.names().stream().anyMatch(ClassNames::isBackground)) {
            names.add(ClassNames.BACKGROUND);
        }
        list.names().stream().filter(name -> !ClassNames.isBackground(name)).forEach(names::add);
        Map<String, Integer> labels = new LinkedHashMap<>();
        List<String> strangers = new ArrayList<>();
        for (String name : found.keySet()) {
            String target = target(name, list);
            if (target == null) {
                strangers.add(name + Nearest.hint(name, list.names()));
            } else if (ClassNames.isBackground(target)) {
                labels.put(name, 0);
            } else if (ClassNames.isIgnored(target)) {
                labels.put(name, LabelMap.IGNORE);
            } else if (names.contains(target)) {
                labels.put(name, names.indexOf(target));
            }
        }
        if (!strangers.isEmpty()) {
            throw new UserException(strangers(strangers, origin));
        }
        Map<Integer, Integer> given = new LinkedHashMap<>();
        list.colours().forEach((name, ofClass) -> {
            int label = ClassNames.isBackground(name) ? 0 : names.indexOf(name);
            given.put(label, ofClass.get(0));
        });
        labels.forEach((name, label) -> {
            if (found.get(name) != null) {
                given.putIfAbsent(label, found.get(name));
            }
        });
        return of(names, given, labels);
    }

    /** The listed class that a name stands for, "skip", or null. */
    private static String target(String name, ClassList list) {
        OptionalInt colour = Colors.ofHex(name);
        String listed = list.names().contains(name) || ClassNames.isBackground(name)
                ? name
                : list.renamed().get(name);
        if (listed == null && colour.isPresent()) {
            listed = list.colours().entrySet().stream()
                    .filter(entry -> entry.getValue().contains(colour.getAsInt()))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(null);
        }
        if (listed == null && ClassNames.isIgnored(name)) {
            listed = name;
        }
        if (listed == null && ClassNames.isRegion(name)) {
            listed = ClassList.SKIP;
        }
        return listed == null ? list.renamed().get(ClassList.OTHERS) : listed;
    }

    private static String strangers(List<String> strangers, String origin) {
        int told = Math.min(5, strangers.size());
        String more = strangers.size() > told ? " and " + (strangers.size() - told) + " more" : "";
        String classes = strangers.size() == 1 ? "an annotated class: " : strangers.size() + " annotated classes: ";
        return origin + " lacks " + classes + String.join(", ", strangers.subList(0, told)) + more
                + "; add a line for each (NAME, NAME = OTHER, NAME = ignore or NAME = skip),"
                + " or * = skip for all others";
    }

    private static ClassTable of(List<String> names, Map<Integer, Integer> given, Map<String, Integer> labels) {
        if (names.size() > MOST) {
            throw new UserException(names.size() + " classes were found; a mask holds " + MOST
                    + " at most: name those you want in a file (--classes), with * = skip in it");
        }
        names.stream().filter(name -> !ClassNameRule.allows(name)).findFirst().ifPresent(name -> {
            throw new UserException("a class is called " + Words.brief(name) + "; expected " + ClassNameRule.EXPECTED
                    + ": rename it there, or in a file (--classes)");
        });
        if (names.size() < 2) {
            throw new UserException("no class beside the background was found; nothing could be learned from that");
        }
        return new ClassTable(List.copyOf(names), palette(names.size(), given), labels);
    }

    /** The given colours, each once; the others are the first of the usual ones that are free. */
    private static List<Integer> palette(int classes, Map<Integer, Integer> given) {
        Set<Integer> taken = new HashSet<>(given.values());
        taken.add(0);
        Set<Integer> used = new HashSet<>();
        List<Integer> free = new ArrayList<>(Palette.voc(256));
        free.removeAll(taken);
        List<Integer> palette = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            Integer colour = given.getOrDefault(i, i == 0 ? 0 : null);
            palette.add(colour != null && used.add(colour) ? colour : free.remove(0));
        }
        return palette;
    }
}
