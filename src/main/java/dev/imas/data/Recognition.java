package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.data.FolderWords.Kind;
import dev.imas.data.FolderWords.Meaning;
import dev.imas.data.FolderWords.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds out where the pictures and masks of a folder are, from the names of its folders and files (docs/data.md): what
 * is for training, what validates, and how masks are named. What has two meanings is refused with both.
 */
final class Recognition {
    private static final String SETTINGS =
            "; say where they are with data.pictures and data.masks, such as --set 'data.pictures=[%s*]'"
                    + " --set 'data.masks=[%s*]' (docs/data.md)";
    /** What the folders below cannot change: unlabeled/images are unlabelled. */
    private static final Set<Kind> SETTLED = EnumSet.of(Kind.UNLABELED, Kind.OTHER);
    /** So many folders are named in a message. */
    private static final int TOLD = 6;

    private final FolderTree tree;
    /** What lies together: folders of one meaning, by the path up to the last part that has one. */
    private final Map<String, Group> groups = new TreeMap<>();

    private Recognition(FolderTree tree) {
        this.tree = tree;
        tree.pictures().forEach(this::place);
    }

    /**
     * @param folder  path below the root, empty or ending in a slash
     * @param context the folder's path without the parts that have a meaning
     * @param names   of its files: paths below it, without ending
     */
    private record Group(String folder, Kind kind, Split split, String context, List<String> names) {
        /** Stands for the names in a pattern. */
        String star() {
            return names.stream().anyMatch(name -> name.indexOf('/') >= 0) ? "**" : "*";
        }

        String all() {
            return folder + star();
        }
    }

    /** Pictures, and where their masks are, if they have any. */
    private record Pair(String pictures, Optional<String> masks, String told) {}

    /** The layout of a folder as data.pictures and its three like say it. */
    static FolderPatterns of(FolderTree tree) {
        if (tree.pictures().isEmpty()) {
            throw new UserException(
                    "no picture in " + tree.root() + others(tree) + "; name a folder of pictures (--data)");
        }
        return new Recognition(tree).patterns();
    }

    private static String others(FolderTree tree) {
        Map<String, Integer> endings = Endings.count(tree.others());
        return endings.isEmpty() ? "" : " (it holds " + Endings.told(endings) + ")";
    }

    private void place(String path) {
        String folder = "";
        String context = "";
        Kind kind = Kind.UNKNOWN;
        Split split = Split.NONE;
        int from = 0;
        StringBuilder unknown = new StringBuilder();
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
            String name = path.substring(from, slash);
            Meaning meaning = FolderWords.of(name);
            from = slash + 1;
            if (meaning.told()) {
                folder = path.substring(0, from);
                context = unknown.toString();
                kind = meaning.kind() == Kind.UNKNOWN || SETTLED.contains(kind) ? kind : meaning.kind();
                split = meaning.split() == Split.NONE ? split : meaning.split();
            } else {
                unknown.append(name).append('/');
            }
        }
        Kind foundKind = kind;
        Split foundSplit = split;
        String foundContext = context;
        groups.computeIfAbsent(folder, key -> new Group(key, foundKind, foundSplit, foundContext, new ArrayList<>()))
                .names()
                .add(WrittenNames.key(WrittenNames.withoutEnding(path.substring(folder.length()))));
    }

    private FolderPatterns patterns() {
        Optional<FolderPatterns> objects = folderForEachPicture();
        if (objects.isPresent()) {
            return objects.get();
        }
        List<Pair> training = pairs(Split.TRAIN);
        List<Pair> unsplit = pairs(Split.NONE);
        if (!masked(training).isEmpty() && !masked(unsplit).isEmpty()) {
            throw ambiguous(masked(training).get(0).pictures() + " and "
                    + masked(unsplit).get(0).pictures() + " both have masks to learn from");
        }
        List<Pair> learned = masked(training).isEmpty() ? unsplit : training;
        if (masked(learned).isEmpty()) {
            throw withoutMasks();
        }
        learned = new ArrayList<>(learned);
        learned.addAll(unlabeled());
        List<Pair> validation = pairs(Split.VALIDATION);
        return new FolderPatterns(
                pictures(learned), masks(learned), pictures(masked(validation)), masks(masked(validation)));
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
        return groups.values().stream()
                .filter(group -> group.kind() == Kind.UNLABELED && group.split() != Split.VALIDATION)
                .filter(group -> group.split() != Split.TEST)
                .map(group -> new Pair(group.all(), Optional.empty(), group.folder()))
                .toList();
    }

    /** The pictures of a part and their masks. */
    private List<Pair> pairs(Split split) {
        List<Pair> pairs = new ArrayList<>();
        List<Group> masks = of(split, Kind.MASKS);
        for (Group pictures : pictureGroups(split)) {
            List<Group> near = masks.stream()
                    .filter(group -> group.context().equals(pictures.context()))
                    .toList();
            List<Group> candidates = near.isEmpty() && split != Split.NONE ? unsplitMasks(pictures.context()) : near;
            Optional<Pair> pair = pair(pictures, candidates);
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

    private List<Group> of(Split split, Kind kind) {
        return groups.values().stream()
                .filter(group -> group.split() == split && group.kind() == kind)
                .toList();
    }

    /** Folders called so; where there is none, those that are called nothing, such as train beside trainannot. */
    private List<Group> pictureGroups(Split split) {
        List<Group> called = of(split, Kind.PICTURES);
        return called.isEmpty() ? of(split, Kind.UNKNOWN) : called;
    }

    private List<Group> unsplitMasks(String context) {
        return of(Split.NONE, Kind.MASKS).stream()
                .filter(group -> group.context().equals(context))
                .toList();
    }

    /** The masks of a folder of pictures: in one of the mask folders, or beside them. */
    private Optional<Pair> pair(Group pictures, List<Group> maskFolders) {
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
                return ambiguous(folders + " all hold masks of the pictures in " + called(pictures.folder()));
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
                throw ambiguous(called(folder) + " names its masks in two ways, "
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
            List<String> others = new ArrayList<>(pictures.names());
            others.removeAll(masks);
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
                List<String> photos = withEnding(pictures.folder(), jpeg);
                List<String> masks = withEnding(pictures.folder(), png);
                if (!masks.isEmpty() && photos.containsAll(masks)) {
                    return Optional.of(
                            new Pair(pictures.all() + jpeg, Optional.of(pictures.all() + png), pictures.folder()));
                }
            }
        }
        return Optional.empty();
    }

    private List<String> withEnding(String folder, String ending) {
        return tree.pictures().stream()
                .filter(path -> path.startsWith(folder) && path.endsWith(ending))
                .map(path -> path.substring(folder.length(), path.length() - ending.length()))
                .toList();
    }

    /** As in the Data Science Bowl: ID/images/ID.png and ID/masks/ with one mask an object. */
    private Optional<FolderPatterns> folderForEachPicture() {
        Map<String, Integer> found = new LinkedHashMap<>();
        for (Group group : groups.values()) {
            String[] parts = group.folder().split("/");
            boolean single = group.kind() == Kind.PICTURES && group.names().size() == 1 && parts.length >= 2;
            if (single && parts[parts.length - 2].equals(group.names().get(0))) {
                String parent = String.join("/", List.of(parts).subList(0, parts.length - 2));
                found.merge(
                        (parent.isEmpty() ? "" : parent + "/") + "*/" + parts[parts.length - 1] + "/*",
                        1,
                        Integer::sum);
            }
        }
        Map<Split, Map<String, String>> bySplit = new LinkedHashMap<>();
        for (String pictures : found.keySet()) {
            String folder = pictures.substring(0, pictures.indexOf('*'));
            masksOfFolders(pictures)
                    .ifPresent(masks -> bySplit.computeIfAbsent(splitOf(folder), key -> new LinkedHashMap<>())
                            .put(pictures, masks));
        }
        Map<String, String> learned = bySplit.getOrDefault(Split.TRAIN, bySplit.getOrDefault(Split.NONE, Map.of()));
        Map<String, String> validation = bySplit.getOrDefault(Split.VALIDATION, Map.of());
        return learned.isEmpty()
                ? Optional.empty()
                : Optional.of(new FolderPatterns(
                        List.copyOf(learned.keySet()),
                        List.copyOf(learned.values()),
                        List.copyOf(validation.keySet()),
                        List.copyOf(validation.values())));
    }

    /** The folders of masks beside those of pictures; of one mask that is called as the picture, the mask itself. */
    private Optional<String> masksOfFolders(String pictures) {
        String folder = pictures.substring(0, pictures.indexOf('*'));
        Pattern inFolder = Pattern.compile(Pattern.quote(folder) + "([^/]+)/([^/]+/)");
        boolean alone = true;
        String name = null;
        for (Group group : groups.values()) {
            Matcher matcher = inFolder.matcher(group.folder());
            if (group.kind() == Kind.MASKS && matcher.matches()) {
                alone &= group.names().equals(List.of(matcher.group(1)));
                name = matcher.group(2);
            }
        }
        return Optional.ofNullable(name)
                .map(alone ? masks -> folder + "*/" + masks + "*" : masks -> folder + "*/" + masks);
    }

    private static Split splitOf(String folder) {
        Split split = Split.NONE;
        for (String part : folder.split("/")) {
            Split told = FolderWords.of(part).split();
            split = told == Split.NONE ? split : told;
        }
        return split;
    }

    private void requireOnePictureFolderAMaskFolder(List<Pair> pairs) {
        Map<String, String> pictures = new LinkedHashMap<>();
        for (Pair pair : masked(pairs)) {
            String other = pictures.put(pair.masks().get(), pair.pictures());
            if (other != null) {
                throw ambiguous(pair.masks().get() + " fits the pictures " + other + " and " + pair.pictures());
            }
        }
    }

    private UserException ambiguous(String what) {
        return new UserException(tree.root() + ": " + what + settings());
    }

    private UserException withoutMasks() {
        List<Group> masks = groups.values().stream()
                .filter(group -> group.kind() == Kind.MASKS)
                .toList();
        String found = groups.values().stream()
                .limit(TOLD)
                .map(group -> called(group.folder()) + " (" + group.names().size() + ", such as "
                        + group.names().get(0) + ")")
                .collect(Collectors.joining(", "));
        String more = groups.size() > TOLD ? " and " + (groups.size() - TOLD) + " folders more" : "";
        String what = masks.isEmpty()
                ? " holds pictures, but no masks were recognised: found "
                : " holds masks, but none is named after a picture: found ";
        Map<String, Integer> annotations = Endings.count(
                tree.others().stream().filter(Endings::ofAnnotation).toList());
        String convert = annotations.isEmpty()
                ? ""
                : "; annotations (" + Endings.told(annotations) + ") become masks by `imas import`";
        return new UserException(tree.root() + what + found + more + convert
                + "; put masks with their pictures' names into masks/ beside images/, or"
                + settings().substring(1));
    }

    private String settings() {
        String pictures = "images/";
        String masks = "masks/";
        for (Group group : groups.values()) {
            pictures = group.kind() == Kind.PICTURES ? group.folder() : pictures;
            masks = group.kind() == Kind.MASKS ? group.folder() : masks;
        }
        return String.format(SETTINGS, pictures, masks);
    }

    private String called(String folder) {
        return folder.isEmpty() ? tree.root() + " itself" : folder;
    }
}
