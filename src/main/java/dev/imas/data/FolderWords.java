package dev.imas.data;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What people call folders of pictures and masks, and parts of file names. */
final class FolderWords {
    /** What a folder is for. */
    enum Kind {
        PICTURES,
        MASKS,
        /** Pictures that have no masks. */
        UNLABELED,
        /** Pictures of another kind that belong to a known data set, such as object numbers. */
        OTHER,
        UNKNOWN
    }

    /** Which part of a data set. */
    enum Split {
        TRAIN,
        VALIDATION,
        TEST,
        NONE
    }

    /** @param told whether the name says anything at all */
    record Meaning(Kind kind, Split split, boolean told) {}

    private static final Set<String> PICTURES = Set.of(
            "images",
            "image",
            "imgs",
            "img",
            "pictures",
            "picture",
            "pics",
            "photos",
            "photo",
            "jpegimages",
            "leftimg8bit",
            "inputs",
            "input",
            "raw",
            "scans",
            "frames",
            "imgdir",
            "slides",
            "tiles",
            "rgb",
            "bilder",
            "bild",
            "fotos",
            "imagenes");
    private static final Set<String> MASKS = Set.of(
            "masks",
            "mask",
            "labels",
            "label",
            "annotations",
            "annotation",
            "annots",
            "annot",
            "ann",
            "anns",
            "anndir",
            "gt",
            "gts",
            "groundtruth",
            "groundtruths",
            "truth",
            "segmentation",
            "segmentations",
            "segs",
            "seg",
            "segmentationclass",
            "segmentationclassaug",
            "gtfine",
            "targets",
            "target",
            "labelmaps",
            "manual",
            "masken",
            "maske",
            "masques",
            "masque",
            "mascaras",
            "mascara");
    private static final Set<String> UNLABELED =
            Set.of("unlabeled", "unlabelled", "unannotated", "nolabel", "nolabels", "nomask", "nomasks");
    private static final Set<String> LABELED = Set.of("labeled", "labelled", "annotated");
    private static final Set<String> OTHER = Set.of(
            "segmentationobject",
            "gtcoarse",
            "instances",
            "edges",
            "depth",
            "overlays",
            "overlay",
            "previews",
            "thumbnails",
            "thumbs");
    private static final Set<String> TRAIN = Set.of("train", "training", "tr");
    private static final Set<String> VALIDATION = Set.of("val", "valid", "validation", "dev", "vl");
    private static final Set<String> TEST = Set.of("test", "testing", "ts");
    /** Words that may as well be somebody's initials: alone they name a part only beside another ({@link #parts}). */
    private static final Set<String> INITIALS = Set.of("tr", "vl", "ts");

    private static final Pattern WORDS = Pattern.compile("[ _.-]+|(?<=[a-z])(?=[A-Z])|(?<=[a-z])(?=20\\d\\d$)");

    /** Words for a mask behind a picture's name that hardly mean anything else. */
    private static final String MASK_WORDS =
            "masks?|labels?|labell?ed|gt|seg|segmentations?|annotations?|ground_?truth|manual";

    /** How a mask's name may end beside its picture's, and a picture's beside its mask's. */
    static final Pattern MASK_ENDING = Pattern.compile("(?i).*[ _.-](" + MASK_WORDS + "|truth|target|l)\\d*");

    /** What stands behind a picture's name in that of its mask, for certain. */
    static final Pattern MASK_ALONE = Pattern.compile("(?i)[ _.-](" + MASK_WORDS + ")");

    /** The same of a drawing over it, or of what a program made of it to look at. */
    static final Pattern DRAWING_ALONE =
            Pattern.compile("(?i)[ _.-](overlays?|superpixels?|contours?|outlines?|boundar(?:y|ies)|predictions?|pred"
                    + "|previews?|thumb(?:nail)?s?|heat_?maps?|probabilit(?:y|ies))");

    /** A file that lists a part of a data set. */
    static final Pattern SPLIT_LIST = Pattern.compile("(?i)(train|training|trainval|val|valid|validation|test)\\.txt");

    static final Pattern PICTURE_ENDING = Pattern.compile(
            "(?i)(.+)([ _.-](?:images?|img|im|sat|rgb|photo|raw|input|orig|original|leftimg8bit|0000))");
    static final Pattern MASK_BEGINNING = Pattern.compile(
            "(?i)(masks?( of)?|labels?|gt|seg|segmentation|annotation|ground_?truth|truth|target)[ _.-]");

    private static final Pattern YEAR = Pattern.compile("20\\d\\d");
    private static final Pattern SPLIT_BEFORE_KIND = Pattern.compile("(train|val|test)(.+)");
    private static final Pattern XY_BEFORE_SPLIT = Pattern.compile("([xy])(train|valid|val|test)");
    /** As learners of statistics call what is given and what is asked for; alone they are axes or initials. */
    private static final Map<String, Kind> XY = Map.of("x", Kind.PICTURES, "y", Kind.MASKS);

    private static final Pattern ACCENTS = Pattern.compile("\\p{M}+");
    private static final Pattern LAST_DIGIT = Pattern.compile("\\d$");
    private static final Pattern TWO_LETTERS = Pattern.compile("[a-z]{2}");

    /** Of names that have been asked about: every path of a folder holds the same few. */
    private static final Map<String, Meaning> KNOWN = new ConcurrentHashMap<>();

    private static final int MOST_KNOWN = 10_000;

    private FolderWords() {}

    /** What one folder's name says, such as {@code masks}, {@code val}, {@code train_images} or {@code imagesTr}. */
    static Meaning of(String folder) {
        Meaning known = KNOWN.get(folder);
        if (known == null) {
            known = read(folder);
            if (KNOWN.size() < MOST_KNOWN) {
                KNOWN.put(folder, known);
            }
        }
        return known;
    }

    /**
     * Those of the folders beside each other that are parts though their names may as well be initials: tr beside ts
     * or vl, and nobody else's initials.
     */
    static List<String> parts(Collection<String> beside) {
        List<String> parts = beside.stream()
                .filter(name -> INITIALS.contains(name.toLowerCase(Locale.ROOT)))
                .toList();
        Set<Split> splits = parts.stream().map(name -> ofPart(name).split()).collect(Collectors.toSet());
        boolean initials = beside.stream()
                .filter(name -> !parts.contains(name) && !of(name).told())
                .anyMatch(name ->
                        TWO_LETTERS.matcher(name.toLowerCase(Locale.ROOT)).matches());
        return splits.contains(Split.TRAIN) && splits.size() > 1 && !initials ? parts : List.of();
    }

    /** What a part is for, by a name of two letters. */
    static Meaning ofPart(String folder) {
        return new Meaning(Kind.UNKNOWN, split(folder.toLowerCase(Locale.ROOT)), true);
    }

    private static Meaning read(String folder) {
        List<String> words = new ArrayList<>(List.of(WORDS.split(withoutAccents(folder))).stream()
                .map(w -> w.toLowerCase(Locale.ROOT))
                .toList());
        words.removeIf(word -> word.isEmpty() || YEAR.matcher(word).matches());
        Kind whole = kind(String.join("", words));
        if (whole != Kind.UNKNOWN) {
            return new Meaning(whole, Split.NONE, true);
        }
        Split split = Split.NONE;
        for (int at : words.size() < 2 ? List.of(0) : List.of(words.size() - 1, 0)) {
            if (!words.isEmpty() && split == Split.NONE && namesSplit(words, at)) {
                split = split(words.remove(at));
            }
        }
        String rest = String.join("", words);
        Matcher trainannot = SPLIT_BEFORE_KIND.matcher(rest);
        if (split == Split.NONE && trainannot.matches() && kind(trainannot.group(2)) != Kind.UNKNOWN) {
            return new Meaning(kind(trainannot.group(2)), split(trainannot.group(1)), true);
        }
        Matcher xtrain = XY_BEFORE_SPLIT.matcher(rest);
        if (split == Split.NONE && xtrain.matches()) {
            return new Meaning(XY.get(xtrain.group(1)), split(xtrain.group(2)), true);
        }
        if (split != Split.NONE && XY.containsKey(rest)) {
            return new Meaning(XY.get(rest), split, true);
        }
        Kind kind = kind(rest) != Kind.UNKNOWN ? kind(rest) : ofOneWord(words);
        return new Meaning(kind, split, split != Split.NONE || kind != Kind.UNKNOWN || LABELED.contains(rest));
    }

    private static String withoutAccents(String name) {
        return ACCENTS.matcher(Normalizer.normalize(name, Normalizer.Form.NFD)).replaceAll("");
    }

    private static boolean namesSplit(List<String> words, int at) {
        List<String> others = new ArrayList<>(words);
        String word = others.remove(at);
        boolean ofAKind = kind(String.join("", others)) != Kind.UNKNOWN || ofOneWord(others) != Kind.UNKNOWN;
        return split(word) != Split.NONE && (ofAKind || !INITIALS.contains(word));
    }

    /** Of cell_images or masks_machine; label_images hold masks. */
    private static Kind ofOneWord(List<String> words) {
        List<Kind> kinds = words.stream().map(FolderWords::kind).toList();
        return Stream.of(Kind.OTHER, Kind.UNLABELED, Kind.MASKS, Kind.PICTURES)
                .filter(kinds::contains)
                .findFirst()
                .orElse(Kind.UNKNOWN);
    }

    private static Kind kind(String word) {
        return PICTURES.contains(word)
                ? Kind.PICTURES
                // manual1 is one person's
                : MASKS.contains(word)
                                || MASKS.contains(LAST_DIGIT.matcher(word).replaceFirst(""))
                        ? Kind.MASKS
                        : UNLABELED.contains(word) ? Kind.UNLABELED : OTHER.contains(word) ? Kind.OTHER : Kind.UNKNOWN;
    }

    private static Split split(String word) {
        return TRAIN.contains(word)
                ? Split.TRAIN
                : VALIDATION.contains(word) ? Split.VALIDATION : TEST.contains(word) ? Split.TEST : Split.NONE;
    }
}
