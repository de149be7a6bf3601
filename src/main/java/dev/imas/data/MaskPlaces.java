package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.data.FolderGroups.Group;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Where the masks of some pictures are, and how they are named. */
final class MaskPlaces {
    private final FolderTree tree;
    private final Function<String, UserException> ambiguous;

    /** @param ambiguous what to throw where there are two meanings, made of both */
    MaskPlaces(FolderTree tree, Function<String, UserException> ambiguous) {
        this.tree = tree;
        this.ambiguous = ambiguous;
    }

    /**
     * Pictures, and where their masks are, if they have any.
     *
     * @param pictures pattern of the pictures
     * @param masks    pattern of their masks
     * @param told     what the masks' folder is called
     */
    record Pair(String pictures, Optional<String> masks, String told) {}

    /** The masks of a folder of pictures: in one of the mask folders, or beside them. */
    Optional<Pair> of(Group pictures, List<Group> maskFolders) {
        List<Pair> found = new ArrayList<>();
        for (Group masks : maskFolders) {
            naming(pictures.names(), masks.names(), masks.folder())
                    .map(naming -> new Pair(
                            naming.pictures(pictures.folder(), pictures.star()),
                            Optional.of(naming.masks(masks.folder(), pictures.star())),
                            masks.folder()))
                    .or(() -> folderOfObjects(pictures, masks))
                    .ifPresent(found::add);
        }
        if (found.isEmpty()) {
            return beside(pictures);
        }
        if (found.size() > 1) {
            return Optional.of(augmentedVoc(found).orElseThrow(() -> {
                String folders = found.stream().map(Pair::told).collect(Collectors.joining(" and "));
                return ambiguous.apply(
                        folders + " all hold masks of the pictures in " + tree.called(pictures.folder()));
            }));
        }
        return Optional.of(found.get(0));
    }

    /** Masks in a folder of their picture's name, one an object. */
    private static Optional<Pair> folderOfObjects(Group pictures, Group masks) {
        Set<String> names = Set.copyOf(pictures.names());
        boolean some = masks.names().stream()
                .filter(name -> name.indexOf('/') > 0)
                .anyMatch(name -> names.contains(name.substring(0, name.lastIndexOf('/'))));
        return some
                ? Optional.of(
                        new Pair(pictures.all(), Optional.of(masks.folder() + pictures.star() + "/"), masks.folder()))
                : Optional.empty();
    }

    /** VOC's larger set of masks goes before the smaller one, which it contains. */
    private static Optional<Pair> augmentedVoc(List<Pair> found) {
        boolean voc = found.stream().allMatch(pair -> pair.told().matches(".*SegmentationClass(Aug)?/"));
        return voc ? found.stream().filter(pair -> pair.told().endsWith("Aug/")).findFirst() : Optional.empty();
    }

    /** How masks are named after pictures: the way that fits most; two ways that fit as many are refused. */
    private Optional<Naming> naming(Collection<String> pictures, Collection<String> masks, String folder) {
        List<Map.Entry<Naming, Integer>> ways =
                List.copyOf(Naming.between(pictures, masks).entrySet());
        if (ways.isEmpty()) {
            return Optional.empty();
        }
        Map.Entry<Naming, Integer> best = ways.get(0);
        for (Map.Entry<Naming, Integer> other : ways.subList(1, ways.size())) {
            boolean asMany = other.getValue().equals(best.getValue());
            boolean sameMasks =
                    other.getKey().masks("", "*").equals(best.getKey().masks("", "*"));
            if (asMany
                    && !sameMasks
                    && !best.getKey().equals(Naming.SAME)
                    && !best.getKey().preferredTo(other.getKey())) {
                throw ambiguous.apply(tree.called(folder) + " names its masks in two ways, "
                        + best.getKey().masks("", "*") + " and "
                        + other.getKey().masks("", "*") + ", " + best.getValue()
                        + " of each");
            }
        }
        return Optional.of(best.getKey());
    }

    /** Masks in the folder of their pictures: by what their names end with, or PNG beside JPEG. */
    private Optional<Pair> beside(Group pictures) {
        Map<Naming, Integer> ways = Naming.between(pictures.names(), pictures.names());
        ways.keySet().removeIf(naming -> naming.equals(Naming.SAME) || !saysMask(naming));
        if (!ways.isEmpty()) {
            List<String> masks = pictures.names().stream()
                    .filter(name -> FolderWords.MASK_ENDING.matcher(name).matches()
                            || FolderWords.MASK_BEGINNING
                                    .matcher(WrittenNames.last(name))
                                    .lookingAt())
                    .toList();
            Set<String> others = new LinkedHashSet<>(pictures.names());
            masks.forEach(others::remove);
            return naming(others, masks, pictures.folder())
                    .map(naming -> new Pair(
                            naming.pictures(pictures.folder(), pictures.star()),
                            Optional.of(naming.masks(pictures.folder(), pictures.star())),
                            pictures.folder()));
        }
        return pngBesideJpeg(pictures);
    }

    private static boolean saysMask(Naming naming) {
        return FolderWords.MASK_ENDING.matcher("x" + naming.maskEnding()).matches()
                || FolderWords.MASK_BEGINNING.matcher(naming.maskBeginning()).matches()
                || naming.maskEnding().isEmpty() && !naming.pictureEnding().isEmpty();
    }

    private Optional<Pair> pngBesideJpeg(Group pictures) {
        for (String jpeg : List.of(".jpg", ".jpeg", ".JPG", ".JPEG")) {
            for (String png : List.of(".png", ".PNG")) {
                Set<String> photos = withEnding(pictures, jpeg);
                Set<String> masks = withEnding(pictures, png);
                if (!masks.isEmpty() && photos.containsAll(masks)) {
                    return Optional.of(
                            new Pair(pictures.all() + jpeg, Optional.of(pictures.all() + png), pictures.folder()));
                }
            }
        }
        return Optional.empty();
    }

    private Set<String> withEnding(Group group, String ending) {
        String folder = group.folder();
        boolean nested = group.star().equals("**");
        return tree.picturesBelow(folder).stream()
                .filter(path -> path.endsWith(ending))
                .map(path -> path.substring(folder.length(), path.length() - ending.length()))
                .filter(name -> nested || name.indexOf('/') < 0)
                .collect(Collectors.toSet());
    }
}
