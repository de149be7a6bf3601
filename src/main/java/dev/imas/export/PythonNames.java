package dev.imas.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Names as a model description may call channels: as Python would call variables, each another. */
final class PythonNames {
    private static final Set<String> KEYWORDS = Set.of(
            ("False None True and as assert async await break class continue def del elif else except finally for from"
                            + " global if import in is lambda nonlocal not or pass raise return try while with yield")
                    .split(" "));

    private PythonNames() {}

    /**
     * "fat cells" becomes fat_cells, "2nd" _2nd; one of other letters class_ and its place; a name that is there
     * already gets a number.
     */
    static List<String> of(List<String> names) {
        List<String> result = new ArrayList<>();
        for (String name : names) {
            String plain = name.matches(".*[A-Za-z0-9].*") ? plain(name) : "class_" + result.size();
            String free = plain;
            for (int n = 2; result.contains(free); n++) {
                free = plain + "_" + n;
            }
            result.add(free);
        }
        return result;
    }

    private static String plain(String name) {
        String letters = name.replaceAll("[^A-Za-z0-9_]+", "_");
        boolean begins = letters.matches("[A-Za-z_].*") && !KEYWORDS.contains(letters);
        return begins ? letters : "_" + letters;
    }
}
