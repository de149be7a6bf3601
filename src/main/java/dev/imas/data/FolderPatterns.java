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

    /** The pictures that are not for validation, with the masks that they have. */
    List<Sample> training(FolderTree tree) {
        return samples(tree, "data.pictures", pictures, "data.masks", masks);
    }

    List<Sample> validation(FolderTree tree) {
        return samples(tree, "data.validation_pictures", validationPictures, "data.validation_masks", validationMasks);
    }

    /** Every mask that a pattern fits, matched or not, relative to the root. */
    Set<String> maskFiles(FolderTree tree) {
        Set<String> files = new HashSet<>();
        Stream.concat(masks.stream(), validationMasks.stream())
                .filter(mask -> !mask.isEmpty())
                .forEach(mask -> files.addAll(
                        NamePattern.of("data.masks", mask).find(tree).values()));
        return files;
    }

    /**
     * Files that are named after a picture beside them, such as NAME_overlay, in folders where masks are told from
     * pictures by such endings alone: neither pictures nor masks, each with the name of its picture.
     */
    Map<String, String> namedAfterPictures(FolderTree tree) {
        Set<String> everyMask = maskFiles(tree);
        SortedMap<String, String> others = new TreeMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            others.putAll(namedAfterPictures(tree, pictures.get(i), at(i, masks), everyMask));
        }
        for (int i = 0; i < validationPictures.size(); i++) {
            others.putAll(namedAfterPictures(tree, validationPictures.get(i), at(i, validationMasks), everyMask));
        }
        // Another pattern may name them.
        Stream.concat(training(tree).stream(), validation(tree).stream())
                .forEach(sample -> others.remove(sample.entry()));
        return others;
    }

    private static Map<String, String> namedAfterPictures(
            FolderTree tree, String pictures, String masks, Set<String> everyMask) {
        NamePattern pattern = NamePattern.of("data.pictures", pictures);
        if (masks.isEmpty() || !NamePattern.of("data.masks", masks).isBeside(pattern)) {
            return Map.of();
        }
        Map<String, String> found = pattern.find(tree);
        found.values().removeAll(everyMask);
        Set<String> masked = NamePattern.of("data.masks", masks).find(tree).keySet();
        Map<String, String> others = new HashMap<>();
        found.forEach((name, file) -> Naming.longestBeginning(name, found.keySet())
                .filter(rest -> LETTER.matcher(rest).find() && !masked.contains(name))
                .ifPresent(rest -> others.put(file, name.substring(0, name.length() - rest.length()))));
        return others;
    }

    /** The masks of a pattern of pictures, or an empty text. */
    private static String at(int i, List<String> masks) {
        return i < masks.size() ? masks.get(i) : "";
    }

    private List<Sample> samples(
            FolderTree tree, String pictureKey, List<String> pictures, String maskKey, List<String> masks) {
        Set<String> everyMask = maskFiles(tree);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            Map<String, String> found =
                    NamePattern.of(pictureKey, pictures.get(i)).find(tree);
            String pattern = at(i, masks);
            Map<String, String> masksOf = pattern.isEmpty()
                    ? Map.of()
                    : NamePattern.of(maskKey, pattern).find(tree);
            Set<String> noPictures = namedAfterPictures(tree, pictures.get(i), pattern, everyMask)
                    .keySet();
            found.forEach((name, file) -> {
                if (!everyMask.contains(file) && !noPictures.contains(file)) {
                    samples.add(sample(tree.root(), file, masksOf.get(name)));
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
