package dev.imas.data;

import dev.imas.data.FolderGroups.Group;
import dev.imas.data.MaskPlaces.Pair;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What all names of a folder have in common before and behind what tells one from the other, such as image_ and
 * _manual: good for a proposal, not to go by.
 */
record NameFrame(String beginning, String ending) {
    static NameFrame of(Collection<String> names) {
        List<String> all = List.copyOf(names);
        String beginning = all.get(0);
        String ending = all.size() > 1 ? beginning : "";
        for (String name : all) {
            while (!name.startsWith(beginning)) {
                beginning = beginning.substring(0, beginning.length() - 1);
            }
            while (!name.endsWith(ending)) {
                ending = ending.substring(1);
            }
        }
        // A number is not to be cut in two; behind it, what is common begins with a separator.
        return new NameFrame(
                all.size() > 1 ? beginning.replaceFirst("\\d+$", "") : "", ending.replaceFirst("^[\\p{L}\\d]+", ""));
    }

    /** What tells each name from the others; of a name that is common as a whole, nothing. */
    Set<String> insides(Collection<String> names) {
        return names.stream()
                .filter(name -> name.length() > beginning.length() + ending.length())
                .map(name -> name.substring(beginning.length(), name.length() - ending.length()))
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** Patterns by which pictures and masks match, as far as their names have one; else those of the two folders. */
    static Pair pair(Group pictures, Group masks) {
        NameFrame ofPictures = of(pictures.names());
        NameFrame ofMasks = of(masks.names());
        Set<String> shared = ofPictures.insides(pictures.names());
        shared.retainAll(ofMasks.insides(masks.names()));
        NameFrame plain = new NameFrame("", "");
        return new Pair(
                (shared.isEmpty() ? plain : ofPictures).pattern(pictures),
                Optional.of((shared.isEmpty() ? plain : ofMasks).pattern(masks)),
                masks.folder());
    }

    private String pattern(Group group) {
        return group.folder() + beginning + group.star() + ending;
    }
}
