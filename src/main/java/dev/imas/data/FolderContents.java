package dev.imas.data;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.data.FolderWords.Kind;
import dev.imas.data.FolderWords.Split;
import dev.imas.data.Inspection.UnmatchedMask;
import dev.imas.image.PictureNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What lies in the folders of a data set and is not used: masks without a picture, pictures of kinds that are not read,
 * folders that are not looked into. For data sets that are given by folders; a list names what it wants.
 */
final class FolderContents {
    /** More are hardly one split of one data set. */
    private static final int MOST_LISTS = 20;

    private final FolderPlaces places;
    private final ImasConfig.Data data;
    private final Collected files;
    private final UnmatchedMasks unmatched;
    private final List<Finding> findings = new ArrayList<>();

    FolderContents(ImasConfig.Data data, Collected files) {
        this.places = new FolderPlaces(data);
        this.data = data;
        this.files = files;
        this.unmatched = new UnmatchedMasks(places, files, unlisted());
        findings.addAll(unmatched.findings());
        brokenLinks();
        namedAfterPictures();
        companions();
        unusedLists();
        unreadEndings();
        picturesLeftAlone();
    }

    /** Masks of which a list of labelled or validation pictures chooses some. */
    private List<Path> unlisted() {
        Stream<FileImages.Sample> learned = data.labeled() == null ? Stream.of() : Layouts.fromFolders(data).stream();
        Stream<FileImages.Sample> measured = data.validation() == null || !places.patterns()
                ? Stream.of()
                : FolderPatterns.of(data).validation(places.tree()).stream();
        return Stream.concat(learned, measured)
                .map(FileImages.Sample::mask)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Whether a data set is given by folders. */
    static boolean applies(ImasConfig.Data data) {
        return data.layout() == Layout.FOLDERS && Files.isDirectory(Layouts.root(data));
    }

    List<Finding> findings() {
        return findings;
    }

    /** Masks without a picture. */
    List<UnmatchedMask> unmatched() {
        return unmatched.masks();
    }

    /** A mask that is gone is a label lost; a picture, one to learn from the less. Elsewhere a link is not ours. */
    private void brokenLinks() {
        tellBroken(this::isMask, !listed() && !data.skipBroken());
        tellBroken(path -> !isMask(path) && (isPicture(path) || isFolder(path)), false);
    }

    private boolean isMask(String path) {
        boolean named = !places.holdsPictures(path)
                || FolderWords.MASK_ENDING.matcher(WrittenNames.stem(path)).matches();
        return places.holdsMasks(path) && PictureNames.isPicture(path) && named;
    }

    private boolean isPicture(String path) {
        return places.holdsPictures(path) && PictureNames.isPicture(path);
    }

    private static boolean isFolder(String path) {
        Kind kind = FolderWords.of(WrittenNames.last(path)).kind();
        return kind == Kind.MASKS || kind == Kind.PICTURES;
    }

    private void tellBroken(Predicate<String> wanted, boolean fault) {
        List<String> broken = places.tree().broken().stream().filter(wanted).toList();
        if (!broken.isEmpty() && places.patterns()) { // else they were listed, and are missing
            String text = places.tree().told(broken) + "; bring back what is linked to"
                    + (fault ? ", or remove the " + (broken.size() == 1 ? "link" : "links") : "");
            findings.add(fault ? Finding.fault(text) : Finding.warning(text));
        }
    }

    /** Whether lists say which files are meant. */
    private boolean listed() {
        return data.labeled() != null || data.unlabeled() != null || data.validation() != null;
    }

    /** Pictures without a mask that are named as masks or drawings of the pictures beside them. */
    private void companions() {
        if (data.unlabeled() != null) {
            return; // somebody named them
        }
        Set<String> pictures = files.all()
                .map(sample -> WrittenNames.key(withoutEnding(places.relative(sample.picture()))))
                .collect(Collectors.toSet());
        List<Path> masks = new ArrayList<>();
        List<Path> drawings = new ArrayList<>();
        for (FileImages.Sample sample : files.unlabeled()) {
            String ending = sample.mask() != null
                    ? ""
                    : Naming.longestBeginning(
                                    WrittenNames.key(withoutEnding(places.relative(sample.picture()))), pictures)
                            .orElse("");
            if (FolderWords.MASK_ALONE.matcher(ending).matches()) {
                masks.add(sample.picture());
            } else if (FolderWords.DRAWING_ALONE.matcher(ending).matches()) {
                drawings.add(sample.picture());
            }
        }
        tellCompanions(masks, "masks", true);
        tellCompanions(drawings, "drawings", false);
    }

    private void tellCompanions(List<Path> pictures, String what, boolean fault) {
        if (!pictures.isEmpty()) {
            String text = "named as " + what + " of pictures beside them, and learned from as if they were unlabelled"
                    + " pictures: " + FoundValues.files(pictures) + "; move them to another folder, or name the"
                    + " unlabelled pictures in a list (data.unlabeled)";
            findings.add(fault ? Finding.fault(text) : Finding.warning(text));
        }
    }

    private static String withoutEnding(String path) {
        return WrittenNames.folder(path) + WrittenNames.stem(path);
    }

    /** Lists that split the pictures, and that nobody named. */
    private void unusedLists() {
        if (listed()) {
            return;
        }
        Set<String> pictures = files.all()
                .map(sample -> WrittenNames.stem(places.relative(sample.picture())))
                .collect(Collectors.toSet());
        List<Path> lists = places.tree().others().stream()
                .filter(path ->
                        FolderWords.SPLIT_LIST.matcher(WrittenNames.last(path)).matches())
                .sorted(Comparator.comparing(
                        (String path) -> !path.toLowerCase(Locale.ROOT).contains("segmentation")))
                .limit(MOST_LISTS)
                .map(path -> places.tree().root().resolve(path))
                .filter(path -> ListFile.namesMostly(path, pictures))
                .toList();
        if (!lists.isEmpty()) {
            findings.add(Finding.warning(FoundValues.files(lists)
                    + (lists.size() == 1 ? " names pictures and is" : " name pictures and are")
                    + " not used: which pictures are learned from and which validate is told from folders alone; name"
                    + " lists with data.labeled, data.unlabeled and data.validation (--labeled, --unlabeled, --val)"));
        }
    }

    /** Where masks are told by their endings, a file with another ending is hardly a picture. */
    private void namedAfterPictures() {
        Map<String, String> others = places.namedAfterPictures();
        if (!others.isEmpty()) {
            Map.Entry<String, String> first = others.entrySet().iterator().next();
            findings.add(Finding.warning(others.size() + (others.size() == 1 ? " file is" : " files are")
                    + " named after a picture beside, such as "
                    + places.tree().root().resolve(first.getKey()) + " after " + WrittenNames.last(first.getValue())
                    + ", and taken for neither a picture nor a mask; name what are pictures with data.pictures"
                    + " (docs/data.md)"));
        }
    }

    /** Pictures of kinds that are not read; one that has a mask is a labelled picture lost. */
    private void unreadEndings() {
        Map<String, List<String>> byFolder = new TreeMap<>();
        for (String path : places.tree().others()) {
            if (places.holdsPictures(path) && Endings.ofPicture(path)) {
                byFolder.computeIfAbsent(WrittenNames.folder(path), key -> new ArrayList<>())
                        .add(path);
            }
        }
        Set<String> masks =
                unmatched.masks().stream().map(mask -> lowerStem(mask.mask())).collect(Collectors.toSet());
        byFolder.forEach((folder, paths) -> {
            long masked = paths.stream()
                    .filter(path -> masks.contains(lowerStem(path)))
                    .count();
            String text = places.tree().root().resolve(folder) + " holds " + paths.size()
                    + (paths.size() == 1 ? " picture that is" : " pictures that are") + " not read ("
                    + Endings.told(Endings.count(paths)) + ")"
                    + (masked == 0 ? "" : ", " + masked + " of them with a mask")
                    + "; convert them to PNG, TIFF or JPEG";
            findings.add(masked == 0 ? Finding.warning(text) : Finding.fault(text));
        });
    }

    private static String lowerStem(String path) {
        return WrittenNames.stem(path).toLowerCase(Locale.ROOT);
    }

    /** Pictures below the root that are neither used nor masks, by their folder. */
    private void picturesLeftAlone() {
        Set<String> used = new HashSet<>(unmatched.paths());
        files.all().forEach(sample -> {
            used.add(places.relative(sample.picture()));
            if (sample.mask() != null) {
                used.add(places.relative(sample.mask()));
            }
        });
        used.addAll(places.maskFiles());
        used.addAll(places.namedAfterPictures().keySet());
        boolean lists = listed();
        Map<String, Integer> left = new LinkedHashMap<>();
        List<String> lostChannels = new ArrayList<>();
        for (String path : places.tree().pictures()) {
            String folder = WrittenNames.folder(path);
            boolean chosenByLists = lists && (places.holdsPictures(path) || places.holdsMasks(path));
            boolean ofObjects = used.contains(folder) || used.contains(folder.replaceFirst("/$", ""));
            boolean furtherChannel = used.contains(path.replaceFirst("_\\d{4}(\\.\\w+)$", "_0000$1"));
            if (!used.contains(path) && !ofObjects && !chosenByLists) {
                if (!furtherChannel) {
                    left.merge(folder, 1, Integer::sum);
                } else if (data.channels().rgb()) {
                    lostChannels.add(path);
                }
            }
        }
        if (!lostChannels.isEmpty()) {
            findings.add(Finding.fault(lostChannels.size() + " files such as "
                    + places.tree().root().resolve(lostChannels.get(0))
                    + " are further channels of the pictures NAME_0000, of which data.channels: rgb reads the first"
                    + " alone; set data.channels to their number, or to 1 for the first"));
        }
        if (!left.isEmpty()) {
            tellLeftAlone(left);
        }
    }

    private void tellLeftAlone(Map<String, Integer> left) {
        if (data.validation() == null && data.validationPictures().isEmpty()) {
            tellValidationWithoutMasks(left);
        }
        if (left.isEmpty()) {
            return;
        }
        boolean expected = left.keySet().stream().allMatch(this::isLeftAlone);
        List<String> told = left.entrySet().stream()
                .map(entry -> (entry.getKey().isEmpty() ? "the folder itself" : entry.getKey()) + " ("
                        + entry.getValue() + (entry.getValue() == 1 ? " picture)" : " pictures)"))
                .toList();
        String text = places.tree().root() + ": " + (told.size() == 1 ? "this folder is" : "these folders are")
                + " not looked into: " + Finding.named(told);
        findings.add(expected ? Finding.note(text) : Finding.warning(text));
    }

    /** A validation set that measures nothing is not what somebody made one for. */
    private void tellValidationWithoutMasks(Map<String, Integer> left) {
        Map<String, Integer> validation = new LinkedHashMap<>(left);
        validation.keySet().removeIf(folder -> !isOf(Split.VALIDATION, folder));
        left.keySet().removeAll(validation.keySet());
        if (!validation.isEmpty()) {
            int pictures = validation.values().stream().mapToInt(count -> count).sum();
            findings.add(Finding.warning(places.tree().root() + ": " + Finding.named(validation.keySet()) + " ("
                    + pictures + (pictures == 1 ? " picture" : " pictures")
                    + ") has no masks and validates nothing; about a fifth of the labelled pictures validates"
                    + " instead: put masks of the same names beside these pictures, as in val/images and val/masks"));
        }
    }

    private boolean isOf(Split split, String folder) {
        return places.tree().meanings(folder).stream().anyMatch(meaning -> meaning.split() == split);
    }

    /** Of a test set, or of another kind than masks. */
    private boolean isLeftAlone(String folder) {
        return places.tree().meanings(folder).stream()
                .anyMatch(meaning -> meaning.split() == Split.TEST || meaning.kind() == Kind.OTHER);
    }
}
