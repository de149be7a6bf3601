package dev.imas.data;

import dev.imas.config.ImasConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The folders in which a data set that is given by folders has its pictures and masks. */
final class FolderPlaces {
    private final FolderTree tree;
    private final ImasConfig.Data data;
    private final List<NamePattern> pictures;
    private final List<NamePattern> masks;
    /** Found when asked for, once. */
    private Map<String, String> namedAfterPictures;

    private Set<String> maskFiles;

    FolderPlaces(ImasConfig.Data data) {
        this.tree = FolderTree.of(Layouts.root(data));
        this.data = data;
        this.pictures = patterns()
                ? patterns(data.pictures(), data.validationPictures())
                : patterns(List.of("images/*"), List.of("val/images/*"));
        this.masks = patterns()
                ? patterns(data.masks(), data.validationMasks())
                : patterns(List.of("masks/*"), List.of("val/masks/*"));
    }

    private static List<NamePattern> patterns(List<String> training, List<String> validation) {
        return Stream.concat(training.stream(), validation.stream())
                .filter(text -> !text.isEmpty())
                .map(NamePattern::new)
                .toList();
    }

    FolderTree tree() {
        return tree;
    }

    /** Whether patterns say where files are, not the names images/ and masks/. */
    boolean patterns() {
        return !data.pictures().isEmpty();
    }

    /** A path below the root as it is written; any other as it is. */
    String relative(Path file) {
        return file.startsWith(tree.root()) ? WrittenNames.slashes(tree.root().relativize(file)) : file.toString();
    }

    /** Whether a file lies where pictures do. */
    boolean holdsPictures(String path) {
        return hold(pictures, path);
    }

    /** Whether a file lies where masks do. */
    boolean holdsMasks(String path) {
        return hold(masks, path);
    }

    private static boolean hold(List<NamePattern> patterns, String path) {
        String folder = WrittenNames.folder(path);
        return patterns.stream().anyMatch(pattern -> pattern.mayHold(folder));
    }

    /** What {@link FolderPatterns#namedAfterPictures} leaves out. */
    Map<String, String> namedAfterPictures() {
        if (namedAfterPictures == null) {
            namedAfterPictures = patterns() ? FolderPatterns.of(data).namedAfterPictures(tree) : Map.of();
        }
        return namedAfterPictures;
    }

    /** What the patterns of masks fit. */
    Set<String> maskFiles() {
        if (maskFiles == null) {
            maskFiles = patterns() ? FolderPatterns.of(data).maskFiles(tree) : Set.of();
        }
        return maskFiles;
    }
}
