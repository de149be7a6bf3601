package dev.imas.data;

import dev.imas.common.FileNames;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the files in folders of masks are called, one folder a picture. */
final class ObjectNames {
    /** Shorter words are counters, such as a, b, c, or what is left of a hash. */
    private static final int SHORTEST = 3;
    /** More names are hardly those of classes. */
    private static final int MOST = 20;

    private ObjectNames() {}

    /**
     * The words that tell the files of each folder apart and come back in others; empty where files are told apart in
     * another way, such as by numbers, and where there is one folder alone.
     */
    static Set<String> shared(List<Path> folders) {
        Map<String, Integer> count = new HashMap<>();
        for (Path folder : folders) {
            List<Path> files = FolderObjects.files(folder);
            Set<String> words = new TreeSet<>();
            files.forEach(file -> words.add(word(file, folder)));
            if (words.size() < files.size() || !areWords(words)) {
                return Set.of();
            }
            words.forEach(word -> count.merge(word, 1, Integer::sum));
        }
        boolean comeBack = count.values().stream().allMatch(folder -> folder > 1);
        return comeBack && count.size() > 1 && count.size() <= MOST ? new TreeSet<>(count.keySet()) : Set.of();
    }

    /** Whether they are more than counters behind a word that all have, such as cellA and cellB. */
    private static boolean areWords(Set<String> words) {
        List<String> all = List.copyOf(words);
        String first = all.isEmpty() ? "" : all.get(0);
        int alike = first.length();
        for (String word : all) {
            int end = 0;
            while (end < Math.min(alike, word.length()) && word.charAt(end) == first.charAt(end)) {
                end++;
            }
            alike = end;
        }
        int common = all.size() > 1 ? alike : 0;
        return all.stream().allMatch(word -> word.length() - common >= SHORTEST);
    }

    /** The letters of a file's name, without the names of the folders that it lies in. */
    private static String word(Path file, Path folder) {
        String name = FileNames.stem(file.getFileName());
        for (Path part : folder.toAbsolutePath()) {
            name = name.replace(part.toString(), "");
        }
        return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}]", "");
    }
}
