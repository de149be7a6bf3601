package dev.imas.annotations;

import dev.imas.common.UserException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The classes that annotations name, and what becomes of annotations that name none. */
final class ImportedClasses {
    private final Map<String, Integer> found = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();
    private boolean any;
    private boolean unnamed;

    /** @param declared names that count as found from the beginning */
    ImportedClasses(List<String> declared) {
        declared.forEach(name -> found.putIfAbsent(ClassNames.tidy(name), null));
    }

    void add(Annotation annotation) {
        any = true;
        String name = name(annotation);
        if (name == null) {
            unnamed = true;
            return;
        }
        used.add(name);
        if (found.get(name) == null) { // the first colour that any of the class has
            found.put(name, annotation.colour());
        }
    }

    /** No annotation was added. */
    boolean isEmpty() {
        return !any;
    }

    /** The annotation's class, or null. */
    static String name(Annotation annotation) {
        String name = annotation.className() == null ? "" : ClassNames.tidy(annotation.className());
        return name.isEmpty() ? null : name;
    }

    /** Whether annotations without a class are of the one class there is: none of them has another. */
    boolean oneClass() {
        return used.isEmpty() && unnamed;
    }

    /** What the names mean; where none has a class, null names the only one. */
    ClassTable table(ImportRequest request) {
        boolean colours = request.format() == AnnotationFormat.COLOUR;
        if (request.classes().isEmpty()) {
            Map<String, Integer> names = oneClass() ? foreground(ClassNames.FOREGROUND) : found;
            return ClassTable.asFound(names, colours);
        }
        String origin = "--classes: " + request.classes().get();
        ClassList list = ClassList.read(request.classes().get());
        found.keySet().retainAll(used); // a list need not name what is declared and occurs nowhere
        return ClassTable.listed(list, oneClass() ? foreground(only(list, origin)) : found, colours, origin);
    }

    private static Map<String, Integer> foreground(String name) {
        Map<String, Integer> names = new LinkedHashMap<>();
        names.put(name, null);
        return names;
    }

    private static String only(ClassList list, String origin) {
        List<String> names = list.names().stream()
                .filter(name -> !ClassNames.isBackground(name))
                .toList();
        if (names.size() != 1) {
            throw new UserException(origin + " names " + names.size()
                    + " classes, but the annotations name none; expected one, or annotations with classes");
        }
        return names.get(0);
    }
}
