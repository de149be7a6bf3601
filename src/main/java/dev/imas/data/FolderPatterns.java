package dev.imas.data;

import dev.imas.config.ImasConfig;
import dev.imas.data.FileImages.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the pictures and masks of a data set are ({@link NamePattern}): each list of masks goes with the pictures in
 * the same place of theirs, and an empty text stands for none.
 */
record FolderPatterns(
        List<String> pictures, List<String> masks, List<String> validationPictures, List<String> validationMasks) {
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

    private List<Sample> samples(
            FolderTree tree, String pictureKey, List<String> pictures, String maskKey, List<String> masks) {
        Set<String> everyMask = maskFiles(tree);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            Map<String, String> found =
                    NamePattern.of(pictureKey, pictures.get(i)).find(tree);
            String pattern = i < masks.size() ? masks.get(i) : "";
            Map<String, String> masksOf = pattern.isEmpty()
                    ? Map.of()
                    : NamePattern.of(maskKey, pattern).find(tree);
            found.forEach((name, file) -> {
                if (!everyMask.contains(file)) {
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
