package dev.imas.data;

import dev.imas.common.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Files by the names that match pictures with masks. The name of NAME.ome.tif is NAME; where another file has that
 * one, such as NAME.tif, it keeps its whole name, and so does its mask.
 */
final class MatchedNames {
    private final Path root;
    /** By their whole names. */
    private final SortedMap<String, String> whole = new TreeMap<>();

    private final List<String> shared = new ArrayList<>();

    /** @param root what files are relative to, for messages */
    MatchedNames(Path root) {
        this.root = root;
    }

    /** @param name the file's without ending, with .ome where it has that */
    void add(String name, String file) {
        String other = whole.put(WrittenNames.key(name), file);
        if (other != null && !other.equals(file)) {
            shared.add(sharedName(other, file));
        }
    }

    /** @throws UserException for files that give one name, all of them */
    SortedMap<String, String> files() {
        return named(Set.of());
    }

    /**
     * The same, of masks.
     *
     * @param pictures names
     * @throws UserException for two masks of one picture too, all of them
     */
    SortedMap<String, String> masks(Set<String> pictures) {
        return named(pictures);
    }

    private SortedMap<String, String> named(Set<String> pictures) {
        SortedMap<String, String> named = new TreeMap<>(whole);
        List<String> faults = new ArrayList<>(shared);
        whole.forEach((name, file) -> {
            String plain = WrittenNames.matched(name);
            if (plain.equals(name) || pictures.contains(name)) {
                return;
            }
            String other = named.get(plain);
            if (other == null) {
                named.remove(name);
                named.put(plain, file);
            } else if (pictures.contains(plain) && !other.equals(file)) {
                faults.add(sharedName(file, other));
            }
        });
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", Finding.limited(faults)));
        }
        return named;
    }

    private String sharedName(String one, String other) {
        return root.resolve(one) + " and " + root.resolve(other)
                + " share one name; a picture and its mask are matched by the name before the ending";
    }
}
