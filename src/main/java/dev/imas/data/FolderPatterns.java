package dev.imas.data;

import dev.imas.config.ImasConfig;
import dev.imas.data.FileImages.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the pictures and masks of a data set are ({@link NamePattern}): each list of masks goes with the pictures in
 * the same place of theirs, and an empty text stands for none.
 */
record FolderPatterns(
        List<String> pictures, List<String> masks, List<String> validationPictures, List<String> validationMasks) {
    private static final Pattern LETTER = Pattern.compile("\\p{L}");

    static FolderPatterns of(ImasConfig.Data data) {
        return new FolderPatterns(data.pictures(), data.masks(), data.validationPictures(), data.validationMasks());
    }

    /** What patterns fit in a folder, each of them looked for once. */
    private record Search(FolderTree tree, Map<String, MatchedNames> found) {
        Search(FolderTree tree) {
            this(tree, new HashMap<>());
        }

        MatchedNames of(String key, String pattern) {
            return found.computeIfAbsent(
                    pattern, text -> NamePattern.of(key, text).names(tree));
        }
    }

    /** The pictures that are not for validation, with the masks that they have. */
    List<Sample> training(FolderTree tree) {
        return training(new Search(tree));
    }

    private List<Sample> training(Search search) {
        return samples(search, "data.pictures", pictures, "data.masks", masks);
    }

    List<Sample> validation(FolderTree tree) {
        return validation(new Search(tree));
    }

    private List<Sample> validation(Search search) {
        return samples(
                search, "data.validation_pictures", validationPictures, "data.validation_masks", validationMasks);
    }

    /** Which patterns fit no file, or that those of masks and of pictures have no name in common. */
    String whyNothingIsLearned(FolderTree tree) {
        Search search = new Search(tree);
        List<String> unfit = new ArrayList<>();
        Map.of("data.pictures", pictures, "data.masks", masks).entrySet().stream()
                .sorted(Map.Entry.<String, List<String>>comparingByKey().reversed())
                .forEach(patterns -> patterns.getValue().stream()
                        .filter(pattern -> !pattern.isEmpty()
                                && search.of(patterns.getKey(), pattern).files().isEmpty())
                        .forEach(pattern -> unfit.add(patterns.getKey() + " " + pattern)));
        String patterns = "patterns are paths below " + tree.root() + " in which * stands for a picture's name"
                + " (docs/data.md)";
        return unfit.isEmpty()
                ? "no labelled picture: data.masks " + masks + " fits no name of a picture that data.pictures "
                        + pictures + " fits; " + patterns
                : "no labelled picture: no file fits " + String.join(", ", unfit) + "; " + patterns;
    }

    /** Every mask that a pattern fits, matched or not, relative to the root. */
    Set<String> maskFiles(FolderTree tree) {
        return maskFiles(new Search(tree));
    }

    private Set<String> maskFiles(Search search) {
        Set<String> files = new HashSet<>();
        Stream.concat(masks.stream(), validationMasks.stream())
                .filter(mask -> !mask.isEmpty())
                .forEach(mask ->
                        files.addAll(search.of("data.masks", mask).files().values()));
        return files;
    }

    /**
     * Files that are named after a picture beside them, such as NAME_overlay, in folders where masks are told from
     * pictures by such endings alone: neither pictures nor masks, each with the name of its picture.
     */
    Map<String, String> namedAfterPictures(FolderTree tree) {
        Search search = new Search(tree);
        Set<String> everyMask = maskFiles(search);
        SortedMap<String, String> others = new TreeMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            others.putAll(namedAfterPictures(search, pictures.get(i), at(i, masks), everyMask));
        }
        for (int i = 0; i < validationPictures.size(); i++) {
            others.putAll(namedAfterPictures(search, validationPictures.get(i), at(i, validationMasks), everyMask));
        }
        // Another pattern may name them.
        Stream.concat(training(search).stream(), validation(search).stream())
                .forEach(sample -> others.remove(sample.entry()));
        return others;
    }

    private static Map<String, String> namedAfterPictures(
            Search search, String pictures, String masks, Set<String> everyMask) {
        NamePattern pattern = NamePattern.of("data.pictures", pictures);
        if (masks.isEmpty() || !NamePattern.of("data.masks", masks).isBeside(pattern)) {
            return Map.of();
        }
        Map<String, String> found =
                new TreeMap<>(search.of("data.pictures", pictures).files());
        found.values().removeAll(everyMask);
        Set<String> masked = search.of("data.masks", masks).files().keySet();
        Map<String, String> others = new HashMap<>();
        found.forEach((name, file) -> Naming.longestBeginning(name, found.keySet())
                .filter(rest -> LETTER.matcher(rest).find() && !masked.contains(name))
                .map(rest -> name.substring(0, name.length() - rest.length()))
                .filter(picture -> !WrittenNames.matched(name).equals(picture))
                .ifPresent(picture -> others.put(file, picture)));
        return others;
    }

    /** The masks of a pattern of pictures, or an empty text. */
    private static String at(int i, List<String> masks) {
        return i < masks.size() ? masks.get(i) : "";
    }

    private List<Sample> samples(
            Search search, String pictureKey, List<String> pictures, String maskKey, List<String> masks) {
        Set<String> everyMask = maskFiles(search);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            Map<String, String> found = search.of(pictureKey, pictures.get(i)).files();
            String pattern = at(i, masks);
            Map<String, String> masksOf =
                    pattern.isEmpty() ? Map.of() : search.of(maskKey, pattern).masks(found.keySet());
            Set<String> noPictures = namedAfterPictures(search, pictures.get(i), pattern, everyMask)
                    .keySet();
            found.forEach((name, file) -> {
                if (!everyMask.contains(file) && !noPictures.contains(file)) {
                    samples.add(sample(search.tree().root(), file, masksOf.get(name)));
                }
            });
        }
        return samples;
    }

    private static Sample sample(Path root, String file, String mask) {
        return new Sample(
                file,
                root.resolve(file),
                mask == null ? null : root.resolve(mask),
                root.toString(),
                mask != null && mask.endsWith("/"));
    }

    /** Whether masks are folders with one mask an object. */
    boolean objects() {
        return Stream.concat(masks.stream(), validationMasks.stream()).anyMatch(mask -> mask.endsWith("/"));
    }
}
