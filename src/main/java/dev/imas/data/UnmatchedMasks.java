package dev.imas.data;

import dev.imas.data.Inspection.UnmatchedMask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Masks that no picture has: those whose names are near that of a picture without a mask, which are labels lost;
 * strangers; and files beside the masks that are not named as masks are.
 */
final class UnmatchedMasks {
    private final FolderPlaces places;
    private final List<UnmatchedMask> lost = new ArrayList<>();
    private final List<UnmatchedMask> strangers = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    /** @param unlisted masks of pictures that a list of labelled pictures leaves out: they are not lost */
    UnmatchedMasks(FolderPlaces places, Collected files, List<Path> unlisted) {
        this.places = places;
        Set<String> used = new HashSet<>();
        unlisted.forEach(mask -> used.add(places.relative(mask)));
        Set<String> taken = new HashSet<>();
        Map<String, String> without = new TreeMap<>();
        files.all().forEach(sample -> {
            String picture = places.relative(sample.picture());
            taken.add(picture);
            if (sample.mask() == null) {
                without.put(picture, WrittenNames.stem(picture));
            } else {
                used.add(places.relative(sample.mask()));
            }
        });
        files.labeled().forEach(sample -> without.remove(places.relative(sample.picture())));
        Nearby nearby = new Nearby(without);
        Set<String> named = places.maskFiles();
        for (String path : candidates(named)) {
            boolean object = used.contains(path.substring(0, Math.max(0, path.lastIndexOf('/'))));
            if (!used.contains(path) && !taken.contains(path) && !object) {
                sort(path, nearby, named);
            }
        }
    }

    private void sort(String path, Nearby nearby, Set<String> named) {
        String nearest = nearby.to(WrittenNames.stem(path)).orElse("");
        if (!nearest.isEmpty()) {
            lost.add(new UnmatchedMask(path, nearest));
        } else if (named.contains(path) || !places.patterns()) {
            strangers.add(new UnmatchedMask(path, ""));
        } else {
            others.add(path);
        }
    }

    /** What patterns of masks fit, and files in the masks' own folders that may be masks, of whatever ending. */
    private Set<String> candidates(Set<String> named) {
        Set<String> found = new TreeSet<>(named);
        found.removeIf(path -> path.endsWith("/"));
        FolderTree tree = places.tree();
        for (List<String> paths : List.of(tree.pictures(), tree.others())) {
            for (String path : paths) {
                boolean mask = paths == tree.pictures() || Endings.ofPicture(path);
                if (mask && places.holdsMasks(path) && !places.holdsPictures(path)) {
                    found.add(path);
                }
            }
        }
        return found;
    }

    /** Those that may be meant for pictures, in order. */
    List<UnmatchedMask> masks() {
        List<UnmatchedMask> both = new ArrayList<>(lost);
        both.addAll(strangers);
        return both;
    }

    /** Everything that has been looked at here. */
    Set<String> paths() {
        Set<String> paths = new HashSet<>(others);
        masks().forEach(mask -> paths.add(mask.mask()));
        return paths;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (!lost.isEmpty()) {
            UnmatchedMask first = lost.get(0);
            findings.add(Finding.fault((lost.size() == 1 ? "1 mask matches" : lost.size() + " masks match")
                    + " no picture: " + named(lost) + "; masks carry their picture's name and are PNG, TIFF, BMP or GIF"
                    + " files (the nearest picture to " + WrittenNames.last(first.mask()) + " is "
                    + WrittenNames.last(first.nearest()) + ", which has no mask)"));
        }
        if (!strangers.isEmpty()) {
            findings.add(Finding.warning((strangers.size() == 1
                            ? "1 mask has no picture and is"
                            : strangers.size() + " masks have no picture and are")
                    + " not used: " + named(strangers)));
        }
        if (!others.isEmpty()) {
            findings.add(Finding.note(
                    (others.size() == 1 ? "1 file beside the masks is" : others.size() + " files beside the masks are")
                            + " not named as masks are and not used, such as "
                            + places.tree().root().resolve(others.get(0))));
        }
        return findings;
    }

    private String named(List<UnmatchedMask> masks) {
        return Finding.named(masks.stream()
                .map(mask -> places.tree().root().resolve(mask.mask()).toString())
                .toList());
    }
}
