package dev.imas.data;

import dev.imas.config.ImasConfig;
import dev.imas.data.FileImages.Sample;
import dev.imas.data.FolderWords.Split;
import dev.imas.data.Inspection.UnmatchedMask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What lies in the folders of a data set and is not used: masks without a picture, pictures of kinds that are not read,
 * folders that are not looked into. For data sets that are given by folders; a list names what it wants.
 */
final class FolderContents {
    private final FolderTree tree;
    private final ImasConfig.Data data;
    private final Collected files;
    /** Patterns of pictures and of masks. */
    private final List<NamePattern> pictures;

    private final List<NamePattern> masks;
    private final List<UnmatchedMask> unmatched = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    private FolderContents(FolderTree tree, ImasConfig.Data data, Collected files) {
        this.tree = tree;
        this.data = data;
        this.files = files;
        boolean patterns = !data.pictures().isEmpty();
        this.pictures = patterns
                ? patterns(data.pictures(), data.validationPictures())
                : patterns(List.of("images/*"), List.of("val/images/*"));
        this.masks = patterns
                ? patterns(data.masks(), data.validationMasks())
                : patterns(List.of("masks/*"), List.of("val/masks/*"));
    }

    private static List<NamePattern> patterns(List<String> training, List<String> validation) {
        return Stream.concat(training.stream(), validation.stream())
                .filter(text -> !text.isEmpty())
                .map(NamePattern::new)
                .toList();
    }

    private static boolean among(List<NamePattern> patterns, String folder) {
        return patterns.stream().anyMatch(pattern -> pattern.mayHold(folder));
    }

    static FolderContents of(ImasConfig.Data data, Collected files) {
        FolderContents contents = new FolderContents(FolderTree.of(Layouts.root(data)), data, files);
        contents.unmatchedMasks();
        contents.unreadEndings();
        contents.picturesLeftAlone();
        return contents;
    }

    List<Finding> findings() {
        return findings;
    }

    /** Masks without a picture, in order. */
    List<UnmatchedMask> unmatched() {
        return unmatched;
    }

    private String relative(Path file) {
        return WrittenNames.slashes(tree.root().relativize(file));
    }

    private void unmatchedMasks() {
        Set<String> used = new HashSet<>();
        Set<String> taken = new HashSet<>();
        Map<String, String> without = new TreeMap<>();
        files.all().forEach(sample -> {
            taken.add(relativePicture(sample));
            if (sample.mask() == null) {
                without.put(relativePicture(sample), name(relativePicture(sample)));
            } else if (sample.mask().startsWith(tree.root())) {
                used.add(relative(sample.mask()));
            }
        });
        files.labeled().forEach(sample -> without.remove(relativePicture(sample)));
        Nearby nearby = new Nearby(without);
        for (String path : candidates()) {
            boolean object = used.contains(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
            if (!used.contains(path) && !taken.contains(path) && !object) {
                unmatched.add(new UnmatchedMask(path, nearby.to(name(path)).orElse("")));
            }
        }
        tellUnmatched();
    }

    private String relativePicture(Sample sample) {
        return sample.picture().startsWith(tree.root())
                ? relative(sample.picture())
                : sample.picture().toString();
    }

    /** What patterns of masks fit, and files in the masks' own folders that may be masks, of whatever ending. */
    private Set<String> candidates() {
        Set<String> found = data.pictures().isEmpty()
                ? new TreeSet<>()
                : new TreeSet<>(FolderPatterns.of(data).maskFiles(tree));
        found.removeIf(path -> path.endsWith("/"));
        for (List<String> paths : List.of(tree.pictures(), tree.others())) {
            for (String path : paths) {
                String folder = folder(path);
                boolean mask = paths == tree.pictures() || Endings.ofPicture(path);
                if (mask && among(masks, folder) && !among(pictures, folder)) {
                    found.add(path);
                }
            }
        }
        return found;
    }

    private static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }

    private static String name(String path) {
        String last = WrittenNames.last(path);
        int dot = last.lastIndexOf('.');
        return dot > 0 ? last.substring(0, dot) : last;
    }

    private void tellUnmatched() {
        List<UnmatchedMask> lost =
                unmatched.stream().filter(mask -> !mask.nearest().isEmpty()).toList();
        List<UnmatchedMask> strangers =
                unmatched.stream().filter(mask -> mask.nearest().isEmpty()).toList();
        if (!lost.isEmpty()) {
            UnmatchedMask first = lost.get(0);
            String masks = lost.size() == 1 ? "1 mask matches no picture: " : lost.size() + " masks match no picture: ";
            findings.add(Finding.fault(masks
                    + Finding.named(lost.stream()
                            .map(mask -> tree.root().resolve(mask.mask()).toString())
                            .toList())
                    + "; masks carry their picture's name and are PNG, TIFF, BMP or GIF files (the nearest picture to "
                    + WrittenNames.last(first.mask()) + " is "
                    + WrittenNames.last(first.nearest()) + ", which has no mask)"));
        }
        if (!strangers.isEmpty()) {
            findings.add(Finding.warning(strangers.size() + (strangers.size() == 1 ? " mask has" : " masks have")
                    + " no picture and " + (strangers.size() == 1 ? "is" : "are") + " not used: "
                    + Finding.named(strangers.stream()
                            .map(mask -> tree.root().resolve(mask.mask()).toString())
                            .toList())));
        }
    }

    /** Pictures of kinds that are not read; one that has a mask is a labelled picture lost. */
    private void unreadEndings() {
        Map<String, List<String>> byFolder = new TreeMap<>();
        for (String path : tree.others()) {
            String folder = folder(path);
            if (among(pictures, folder) && Endings.ofPicture(path)) {
                byFolder.computeIfAbsent(folder, key -> new ArrayList<>()).add(path);
            }
        }
        Set<String> masks = unmatched.stream()
                .map(mask -> name(mask.mask()).toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        byFolder.forEach((folder, paths) -> {
            List<String> masked = paths.stream()
                    .filter(path -> masks.contains(name(path).toLowerCase(Locale.ROOT)))
                    .toList();
            String text = tree.root().resolve(folder) + " holds " + paths.size()
                    + (paths.size() == 1 ? " picture that is" : " pictures that are") + " not read ("
                    + Endings.told(Endings.count(paths)) + ")"
                    + (masked.isEmpty() ? "" : ", " + masked.size() + " of them with a mask")
                    + "; convert them to PNG, TIFF or JPEG";
            findings.add(masked.isEmpty() ? Finding.warning(text) : Finding.fault(text));
        });
    }

    /** Pictures below the root that are neither used nor masks, by their folder. */
    private void picturesLeftAlone() {
        Set<String> used = new HashSet<>();
        files.all().forEach(sample -> {
            used.add(relativePicture(sample));
            if (sample.mask() != null && sample.mask().startsWith(tree.root())) {
                used.add(relative(sample.mask()));
            }
        });
        unmatched.forEach(mask -> used.add(mask.mask()));
        if (!data.pictures().isEmpty()) {
            used.addAll(FolderPatterns.of(data).maskFiles(tree));
        }
        boolean lists = data.labeled() != null || data.unlabeled() != null || data.validation() != null;
        Map<String, Integer> left = new LinkedHashMap<>();
        for (String path : tree.pictures()) {
            String folder = folder(path);
            boolean chosenByLists = lists && (among(pictures, folder) || among(masks, folder));
            boolean ofObjects = used.contains(folder) || used.contains(folder.replaceFirst("/$", ""));
            if (!used.contains(path) && !ofObjects && !chosenByLists) {
                left.merge(folder, 1, Integer::sum);
            }
        }
        if (!left.isEmpty()) {
            boolean test = left.keySet().stream().allMatch(FolderContents::isTest);
            List<String> told = left.entrySet().stream()
                    .map(entry -> (entry.getKey().isEmpty() ? "the folder itself" : entry.getKey()) + " ("
                            + entry.getValue() + (entry.getValue() == 1 ? " picture)" : " pictures)"))
                    .toList();
            String text = tree.root() + ": " + (told.size() == 1 ? "this folder is" : "these folders are")
                    + " not looked into: " + Finding.named(told);
            findings.add(test ? Finding.note(text) : Finding.warning(text));
        }
    }

    private static boolean isTest(String folder) {
        for (String part : folder.split("/")) {
            if (FolderWords.of(part).split() == Split.TEST) {
                return true;
            }
        }
        return false;
    }

    /** Whether a data set is given by folders. */
    static boolean applies(ImasConfig.Data data) {
        return data.layout() == ImasConfig.Layout.FOLDERS && Files.isDirectory(Layouts.root(data));
    }
}
