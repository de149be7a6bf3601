package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.data.FolderGroups.Group;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where the masks of some pictures are, and how they are named. */
final class MaskPlaces {
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    /** What may tell one mask of a picture from its next. */
    private static final Pattern COUNTED = Pattern.compile("[ _.-]*\\(?\\d+\\)?$");

    private final FolderTree tree;
    private final BiFunction<String, Pair, UserException> ambiguous;

    /** @param ambiguous what to throw where there are two meanings, made of both and one of them as settings */
    MaskPlaces(FolderTree tree, BiFunction<String, Pair, UserException> ambiguous) {
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

    /**
     * The masks of a folder of pictures: in one of the mask folders, or beside them.
     *
     * @param ofOthers whether a mask folder holds the masks of other pictures
     */
    Optional<Pair> of(Group pictures, List<Group> maskFolders, Predicate<Group> ofOthers) {
        List<Pair> found = new ArrayList<>();
        List<Group> unmatched = new ArrayList<>();
        for (Group masks : maskFolders) {
            naming(pictures, pictures.names(), masks)
                    .or(() -> folderOfObjects(pictures, masks))
                    .ifPresentOrElse(found::add, () -> unmatched.add(masks));
        }
        if (found.isEmpty()) {
            return beside(pictures);
        }
        if (found.size() > 1) {
            return Optional.of(augmentedVoc(found).orElseThrow(() -> {
                String folders = found.stream().map(Pair::told).collect(Collectors.joining(" and "));
                return ambiguous.apply(
                        folders + " all hold masks of the pictures in " + tree.called(pictures.folder()), found.get(0));
            }));
        }
        Pair only = found.get(0);
        for (Group other : unmatched) {
            if (!ofOthers.test(other)) {
                requireOtherNumbers(pictures, only, other);
            }
        }
        return Optional.of(only);
    }

    /** Whether some mask is named after a picture, in whatever way. */
    static boolean fit(Group pictures, Group masks) {
        return !Naming.between(pictures.names(), masks.names()).isEmpty()
                || folderOfObjects(pictures, masks).isPresent();
    }

    /** Masks of one naming beside a second folder of masks with the same numbers: nobody can tell which are meant. */
    private void requireOtherNumbers(Group pictures, Pair found, Group other) {
        Set<String> numbers = numbers(pictures.names());
        Set<String> shared = numbers(other.names());
        shared.retainAll(numbers);
        int masks = NamePattern.of("data.masks", found.masks().get())
                .names(tree)
                .files()
                .size();
        if (masks > 0 && shared.size() * 2 >= masks) {
            throw ambiguous.apply(
                    found.told() + " (such as " + first(found.told()) + ") and " + other.folder() + " (such as "
                            + first(other.folder()) + ") may both hold the masks of the pictures in "
                            + tree.called(pictures.folder()),
                    NameFrame.pair(pictures, other));
        }
    }

    private String first(String folder) {
        return WrittenNames.last(tree.picturesBelow(folder).get(0));
    }

    /** The first number of each name. */
    private static Set<String> numbers(Collection<String> names) {
        return names.stream()
                .map(name -> NUMBER.matcher(WrittenNames.last(name)))
                .filter(Matcher::find)
                .map(Matcher::group)
                .collect(Collectors.toCollection(HashSet::new));
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

    /** How masks are named after pictures: the way that fits most, where no other may be meant as well. */
    private Optional<Pair> naming(Group pictures, Collection<String> names, Group masks) {
        Iterator<Naming> ways = Naming.between(names, masks.names()).keySet().iterator();
        if (!ways.hasNext()) {
            return Optional.empty();
        }
        Naming best = ways.next();
        Map<String, String> matched = best.matched(names, masks.names());
        Set<String> masked = new HashSet<>(matched.values());
        List<String> others = new ArrayList<>(masks.names());
        others.removeAll(matched.keySet());
        Naming.matches(names, others).forEach((other, named) -> {
            if (isSomethingElse(other, best)) {
                return; // there may be as many ways as files
            }
            Set<String> twice = new TreeSet<>(named);
            twice.retainAll(masked);
            boolean asMany = named.size() == matched.size() && !best.equals(Naming.SAME);
            if (asMany || !twice.isEmpty()) {
                throw ambiguous.apply(
                        tree.called(masks.folder()) + " names its masks in two ways, " + best.masks("", "*") + " and "
                                + other.masks("", "*") + ", "
                                + (asMany ? named.size() + " of each" : matched.size() + " and " + named.size())
                                + (twice.isEmpty()
                                        ? ""
                                        : " (both for " + Finding.named(twice) + "); a picture has one mask: join"
                                                + " those of one picture, or choose"),
                        pair(best, pictures, masks.folder()));
            }
        });
        return Optional.of(pair(best, pictures, masks.folder()));
    }

    private static Pair pair(Naming naming, Group pictures, String masks) {
        return new Pair(
                naming.pictures(pictures.folder(), pictures.star()),
                Optional.of(naming.masks(masks, pictures.star())),
                masks);
    }

    /** Whether files that are named otherwise than masks are known to be none: a preview beside NAME or NAME_mask. */
    private static boolean isSomethingElse(Naming other, Naming masks) {
        boolean sure = masks.equals(Naming.SAME) || saysMask(masks);
        return masks.preferredTo(other)
                || sure
                        && !saysMask(other)
                        && !COUNTED.matcher(other.maskEnding()).matches();
    }

    /** Masks in the folder of their pictures: by what their names end with, or PNG beside JPEG. */
    private Optional<Pair> beside(Group pictures) {
        Map<Naming, Integer> ways = Naming.between(pictures.names(), pictures.names());
        ways.keySet().removeIf(naming -> naming.equals(Naming.SAME) || !saysMask(naming));
        if (ways.isEmpty()) {
            return pngBesideJpeg(pictures);
        }
        Set<String> names = new LinkedHashSet<>(pictures.names());
        List<String> masks = new ArrayList<>(names.stream()
                .filter(name -> FolderWords.MASK_ENDING.matcher(name).matches()
                        || FolderWords.MASK_BEGINNING
                                .matcher(WrittenNames.last(name))
                                .lookingAt())
                .toList());
        masks.forEach(names::remove);
        names.stream()
                .filter(name -> Naming.longestBeginning(name, names)
                        .filter(MaskPlaces::saysMask)
                        .isPresent())
                .forEach(masks::add); // NAME_mask_1, the second mask of a picture
        masks.forEach(names::remove);
        return naming(
                pictures,
                names,
                new Group(pictures.folder(), pictures.kind(), pictures.split(), pictures.context(), masks));
    }

    private static boolean saysMask(Naming naming) {
        return saysMask(naming.maskEnding())
                || FolderWords.MASK_BEGINNING.matcher(naming.maskBeginning()).matches()
                || naming.maskEnding().isEmpty() && !naming.pictureEnding().isEmpty();
    }

    private static boolean saysMask(String ending) {
        return FolderWords.MASK_ENDING
                .matcher("x" + COUNTED.matcher(ending).replaceFirst(""))
                .matches();
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
