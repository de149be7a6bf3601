package dev.imas.data;

import dev.imas.data.FolderWords.Kind;
import dev.imas.data.MaskPlaces.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Masks that nothing recognised and that fit pictures all the same: in a folder within those of masks, as where several
 * people drew them, or beside their pictures with a word of somebody's own behind the name.
 */
final class ProposedMasks {
    /** A word behind a single name says nothing. */
    private static final int FEWEST = 2;
    /** Files that may belong to one picture. */
    private static final int MOST = 16;
    /** A word of somebody's own, and not the next digit of a number. */
    private static final Pattern WORD = Pattern.compile("[^\\p{Alnum}].*\\p{Alpha}.*");

    /** Paths of files by their folder. */
    private final Map<String, List<String>> folders = new TreeMap<>();

    ProposedMasks(List<String> paths) {
        for (String path : paths) {
            folders.computeIfAbsent(WrittenNames.folder(path), folder -> new ArrayList<>())
                    .add(path);
        }
    }

    /** Folders of masks in the order of their names, each with the first folder of pictures that it fits. */
    List<Pair> folders() {
        Map<String, String> pictures = new HashMap<>();
        folders.forEach((folder, paths) -> {
            if (!ofMasks(folder)) {
                paths.forEach(path -> pictures.putIfAbsent(name(path), folder));
            }
        });
        List<Pair> found = new ArrayList<>();
        folders.forEach((folder, paths) -> {
            if (ofMasks(folder)) {
                paths.stream()
                        .map(path -> pictures.get(name(path)))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .ifPresent(of -> found.add(new Pair(of + "*", Optional.of(folder + "*"), of)));
            }
        });
        return found;
    }

    private static boolean ofMasks(String folder) {
        for (String part : folder.split("/")) {
            if (FolderWords.of(part).kind() == Kind.MASKS) {
                return true;
            }
        }
        return false;
    }

    private static String name(String path) {
        return WrittenNames.matched(WrittenNames.stem(path));
    }

    /** Masks in the folder of their pictures, by the word behind the names of most; the first of equals. */
    Optional<Pair> behindNames() {
        Map<Pair, Integer> counts = new HashMap<>();
        Pair best = null;
        for (List<String> paths : folders.values()) {
            List<String> sorted = paths.stream().sorted().toList();
            for (int i = 0; i < sorted.size(); i++) {
                String picture = WrittenNames.withoutEnding(sorted.get(i));
                for (int k = i + 1; k < Math.min(sorted.size(), i + MOST); k++) {
                    if (!sorted.get(k).startsWith(picture)
                            || !isWord(sorted.get(k).substring(picture.length()))) {
                        continue;
                    }
                    Pair pair = behind(picture, sorted.get(i), sorted.get(k));
                    int count = counts.merge(pair, 1, Integer::sum);
                    if (count >= FEWEST && (best == null || count > counts.get(best))) {
                        best = pair;
                    }
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean isWord(String behind) {
        return WORD.matcher(WrittenNames.withoutEnding(behind)).matches();
    }

    private static Pair behind(String name, String picture, String mask) {
        String folder = WrittenNames.folder(picture);
        return new Pair(
                folder + "*" + picture.substring(name.length()),
                Optional.of(folder + "*" + mask.substring(name.length())),
                folder);
    }
}
