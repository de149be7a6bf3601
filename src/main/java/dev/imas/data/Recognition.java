package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.data.FolderGroups.Group;
import dev.imas.data.FolderWords.Kind;
import dev.imas.data.FolderWords.Split;
import dev.imas.data.MaskPlaces.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds out where the pictures and masks of a folder are, from the names of its folders and files (docs/data.md): what
 * is for training, what validates, and how masks are named. What has two meanings is refused with both.
 */
final class Recognition {
    private static final String SETTINGS =
            "; say where they are with data.pictures and data.masks, such as --set 'data.pictures=[\"%s\"]'"
                    + " --set 'data.masks=[\"%s\"]' (docs/data.md)";
    /** So many folders are named in a message. */
    private static final int TOLD = 6;

    private final FolderTree tree;
    private final FolderGroups groups;
    private final MaskPlaces places;
    /** By folders of masks, those of the pictures that they are named after. */
    private final Map<String, Set<String>> fitting = new HashMap<>();

    private Recognition(FolderTree tree) {
        this.tree = tree;
        this.groups = new FolderGroups(tree);
        this.places = new MaskPlaces(tree, this::ambiguous);
    }

    /** The layout of a folder as data.pictures and its three like say it. */
    static FolderPatterns of(FolderTree tree) {
        if (tree.pictures().isEmpty()) {
            String links = tree.brokenLinks();
            throw new UserException("no picture in " + tree.root() + others(tree)
                    + (links.isEmpty() ? "" : ", and " + links) + "; name a folder of pictures (--data)");
        }
        return new Recognition(tree).patterns();
    }

    private static String others(FolderTree tree) {
        Map<String, Integer> endings = Endings.count(tree.others());
        return endings.isEmpty() ? "" : " (it holds " + Endings.told(endings) + ")";
    }

    private FolderPatterns patterns() {
        Optional<FolderPatterns> objects = new ObjectFolders(groups).patterns();
        if (objects.isPresent()) {
            return objects.get();
        }
        List<Pair> training = pairs(Split.TRAIN);
        List<Pair> unsplit = pairs(Split.NONE);
        if (!masked(training).isEmpty() && !masked(unsplit).isEmpty()) {
            throw ambiguous(
                    masked(training).get(0).pictures() + " and "
                            + masked(unsplit).get(0).pictures() + " both have masks to learn from",
                    masked(training).get(0));
        }
        List<Pair> learned = masked(training).isEmpty() ? unsplit : training;
        if (masked(learned).isEmpty()) {
            throw withoutMasks();
        }
        learned = new ArrayList<>(learned);
        learned.addAll(unlabeled());
        List<Pair> validation = pairs(Split.VALIDATION);
        requireMatchingValidation(validation);
        return new FolderPatterns(
                pictures(learned), masks(learned), pictures(masked(validation)), masks(masked(validation)));
    }

    /** Masks to validate that fit no picture are not meant to be left alone. */
    private void requireMatchingValidation(List<Pair> validation) {
        List<Group> masks = groups.of(Split.VALIDATION, Kind.MASKS);
        if (!validation.isEmpty() && masked(validation).isEmpty() && !masks.isEmpty()) {
            throw new UserException(tree.root() + ": " + masks.get(0).folder() + " holds masks, but none is named after"
                    + " a picture in " + validation.get(0).told()
                    + "; masks carry their picture's name, where data.pictures, data.masks, data.validation_pictures"
                    + " and data.validation_masks do not say otherwise (docs/data.md)");
        }
    }

    private static List<String> pictures(List<Pair> pairs) {
        return pairs.stream().map(Pair::pictures).toList();
    }

    /** One a pair; empty where there are none. */
    private static List<String> masks(List<Pair> pairs) {
        return pairs.stream().map(pair -> pair.masks().orElse("")).toList();
    }

    private static List<Pair> masked(List<Pair> pairs) {
        return pairs.stream().filter(pair -> pair.masks().isPresent()).toList();
    }

    /** Folders of pictures that say themselves to be without masks, whatever part they are of. */
    private List<Pair> unlabeled() {
        return groups.all().stream()
                .filter(group -> group.kind() == Kind.UNLABELED && group.split() != Split.VALIDATION)
                .filter(group -> group.split() != Split.TEST)
                .map(group -> new Pair(group.all(), Optional.empty(), group.folder()))
                .toList();
    }

    /** The pictures of a part and their masks. */
    private List<Pair> pairs(Split split) {
        List<Pair> pairs = new ArrayList<>();
        for (Group pictures : groups.pictures(split)) {
            Optional<Pair> pair =
                    places.of(pictures, groups.masks(split, pictures), masks -> fitOthers(masks, pictures));
            boolean named = pictures.kind() == Kind.PICTURES;
            if (pair.isPresent() || named) {
                pairs.add(pair.orElseGet(() -> new Pair(pictures.all(), Optional.empty(), pictures.folder())));
            }
        }
        requireOnePictureFolderAMaskFolder(pairs);
        boolean some = !masked(pairs).isEmpty();
        // Beside pictures with masks, a folder that is not said to belong to them is none of the data set's.
        return pairs.stream().filter(pair -> !some || pair.masks().isPresent()).toList();
    }

    /** Whether a folder holds the masks of other pictures than these, of whatever part. */
    private boolean fitOthers(Group masks, Group pictures) {
        return fitting.computeIfAbsent(masks.folder(), folder -> picturesOf(masks)).stream()
                .anyMatch(folder -> !folder.equals(pictures.folder()));
    }

    private Set<String> picturesOf(Group masks) {
        return Stream.of(Split.values())
                .flatMap(split -> groups.pictures(split).stream()
                        .filter(pictures -> groups.masks(split, pictures).contains(masks)))
                .filter(pictures -> MaskPlaces.fit(pictures, masks))
                .map(Group::folder)
                .collect(Collectors.toSet());
    }

    private void requireOnePictureFolderAMaskFolder(List<Pair> pairs) {
        Map<String, String> pictures = new LinkedHashMap<>();
        for (Pair pair : masked(pairs)) {
            String other = pictures.put(pair.masks().get(), pair.pictures());
            if (other != null) {
                throw ambiguous(pair.masks().get() + " fits the pictures " + other + " and " + pair.pictures(), pair);
            }
        }
    }

    private UserException ambiguous(String what, Pair proposed) {
        return new UserException(tree.root() + ": " + what + settings(proposed));
    }

    private UserException withoutMasks() {
        List<Group> masks = groups.all().stream()
                .filter(group -> group.kind() == Kind.MASKS)
                .toList();
        Map<String, List<String>> folders = folders();
        String found = folders.entrySet().stream()
                .limit(TOLD)
                .map(entry ->
                        tree.called(entry.getKey()) + " (" + entry.getValue().size()
                                + (entry.getValue().size() == 1 ? " picture: " : " pictures, such as ")
                                + entry.getValue().get(0) + ")")
                .collect(Collectors.joining(", "));
        String more = folders.size() > TOLD ? " and " + (folders.size() - TOLD) + " folders more" : "";
        ProposedMasks fitting = new ProposedMasks(tree.pictures());
        List<Pair> within = fitting.folders();
        boolean several = pictures(within).stream().distinct().count() < within.size();
        String what = masks.isEmpty()
                ? " holds pictures, but no masks were recognised; found "
                : several
                        ? " holds masks, but more than one folder of them fits the pictures; found "
                        : " holds masks, but none is named after a picture; found ";
        Pair proposed = within.stream().findFirst().or(fitting::behindNames).orElseGet(this::proposed);
        Map<String, Integer> annotations = Endings.count(
                tree.others().stream().filter(Endings::ofAnnotation).toList());
        String convert = annotations.isEmpty()
                ? ""
                : "; annotations (" + Endings.told(annotations) + ") become masks by `imas import`";
        String links = tree.brokenLinks();
        String broken = links.isEmpty() ? "" : "; " + links;
        return new UserException(tree.root() + what + found + more + broken + convert + otherAnnotations()
                + folderAbove()
                + "; put masks with their pictures' names into masks/ beside images/, or"
                + settings(proposed).substring(1)
                + (masks.isEmpty() && annotations.isEmpty()
                        ? "; which pictures to draw the first masks of: imas rank with --input and the pictures' folder"
                        : ""));
    }

    /** Who names the folder of the pictures means the one that has the masks too. */
    private String folderAbove() {
        Path above = tree.root().toAbsolutePath().normalize().getParent();
        Kind own = FolderWords.of(tree.root().toAbsolutePath().normalize().getFileName() + "")
                .kind();
        if (above == null || own != Kind.PICTURES) {
            return "";
        }
        try (Stream<Path> folders = Files.list(above)) {
            boolean masks = folders.filter(Files::isDirectory)
                    .anyMatch(folder ->
                            FolderWords.of(folder.getFileName().toString()).kind() == Kind.MASKS);
            return masks ? "; beside it are masks: name the folder above, " + above : "";
        } catch (IOException e) {
            return ""; // a hint the less
        }
    }

    /** Names of pictures by the folder that they lie in. */
    private Map<String, List<String>> folders() {
        Map<String, List<String>> folders = new TreeMap<>();
        for (String path : tree.pictures()) {
            int slash = path.lastIndexOf('/') + 1;
            folders.computeIfAbsent(path.substring(0, slash), key -> new ArrayList<>())
                    .add(path.substring(slash));
        }
        return folders;
    }

    /** Boxes and outlines beside the pictures, by their names, that no command reads. */
    private String otherAnnotations() {
        Set<String> names = tree.pictures().stream().map(WrittenNames::stem).collect(Collectors.toSet());
        Map<String, Integer> found = Endings.count(tree.others().stream()
                .filter(file -> Endings.ofOtherAnnotation(file) && names.contains(WrittenNames.stem(file)))
                .toList());
        return found.isEmpty()
                ? ""
                : "; files named as pictures (" + Endings.told(found) + ") are not read, nor by `imas import`: if they"
                        + " hold outlines as YOLO's do, export them as COCO or as masks";
    }

    /** What may be meant, with folders that are there where no better is known. */
    private Pair proposed() {
        List<Group> pictures = groups.all().stream()
                .filter(group -> group.kind() == Kind.PICTURES)
                .toList();
        List<Group> masks = groups.all().stream()
                .filter(group -> group.kind() == Kind.MASKS)
                .toList();
        if (!pictures.isEmpty() && !masks.isEmpty()) {
            return NameFrame.pair(pictures.get(pictures.size() - 1), masks.get(masks.size() - 1));
        }
        List<Map.Entry<String, List<String>>> folders = folders().entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> -entry.getValue().size()))
                .toList();
        boolean told = folders.size() == 2
                && folders.get(0).getValue().size() > folders.get(1).getValue().size();
        String ofPictures = told ? folders.get(0).getKey() : "images/";
        String ofMasks = told ? folders.get(1).getKey() : "masks/";
        return new Pair(
                (pictures.isEmpty() ? ofPictures : pictures.get(0).folder()) + "*",
                Optional.of((masks.isEmpty() ? ofMasks : masks.get(0).folder()) + "*"),
                ofMasks);
    }

    private static String settings(Pair proposed) {
        return String.format(
                Locale.ROOT,
                SETTINGS,
                quoted(proposed.pictures()),
                quoted(proposed.masks().orElse("masks/*")));
    }

    /** Within double quotes of YAML, in single ones of a shell. */
    private static String quoted(String pattern) {
        return pattern.replace("\\", "\\\\").replace("\"", "\\\"").replace("'", "'\\''");
    }
}
