package dev.imas.data;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.PictureInput;
import dev.imas.data.FileImages.Sample;
import dev.imas.image.Palette;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * The three collections of a run.
 *
 * @param labeled    pictures with masks to learn from
 * @param unlabeled  pictures alone; empty (size 0) is allowed for {@code supervised} only
 * @param validation pictures with masks to measure on
 * @param classNames one name a class
 * @param palette    one 0xRRGGBB a class
 */
public record Dataset(
        ImageSource labeled,
        ImageSource unlabeled,
        ImageSource validation,
        List<String> classNames,
        List<Integer> palette) {
    /** Every how many labelled pictures one is set aside to validate on, where a folder brings no validation set. */
    private static final int FOLDER_VALIDATION_SHARE = 5;

    /**
     * Opens what the configuration describes: reads the lists and checks that every file they name exists; pictures
     * are decoded when they are used. Masks of unlabelled pictures are neither read nor looked for.
     */
    public static Dataset open(ImasConfig config) {
        return switch (config.data().layout()) {
            case EMBEDDED -> embedded(config);
            case FOLDERS -> withUnlabeled(config, folders(config));
            default -> listed(config);
        };
    }

    /**
     * The validation collection alone, as {@code imas evaluate} needs it: the same pictures as {@link #open} validates
     * on, so that a folder without a validation set is never measured on pictures it was trained with.
     */
    public static Dataset openValidation(ImasConfig config) {
        ImasConfig.Data data = config.data();
        return switch (data.layout()) {
            case EMBEDDED -> embedded(config);
            case FOLDERS -> {
                List<Sample> given = givenFolderValidation(data);
                yield given == null ? folders(config) : of(config, List.of(), List.of(), given);
            }
            default ->
                of(config, List.of(), List.of(), Layouts.fromList(data, "data.validation", data.validation(), true));
        };
    }

    /** Lists are never empty, but a folder whose pictures all have masks leaves none to learn from without one. */
    private static Dataset withUnlabeled(ImasConfig config, Dataset data) {
        if (config.method() != ImasConfig.Method.SUPERVISED && data.unlabeled().size() == 0) {
            throw new UserException("no unlabelled picture in " + config.data().root()
                    + ": all its pictures have a mask or validate; add pictures without a mask,"
                    + " name the labelled ones in a list (--labeled), or set method=supervised");
        }
        return data;
    }

    private static Dataset embedded(ImasConfig config) {
        ImasConfig.Embedded sizes = config.data().embedded();
        EmbeddedScenes training = new EmbeddedScenes(config.seed(), "train", sizes.images(), sizes.size());
        EmbeddedScenes validation = new EmbeddedScenes(config.seed(), "validation", sizes.validation(), sizes.size());
        int[] order = Rng.of(config.seed(), "labeled-subset").permutation(sizes.images());
        ImageSource labeled = new Subset(
                training, IntStream.of(order).limit(sizes.labeled()).sorted().toArray(), true);
        ImageSource unlabeled = new Subset(
                training, IntStream.of(order).skip(sizes.labeled()).sorted().toArray(), false);
        return new Dataset(labeled, unlabeled, validation, EmbeddedScenes.CLASS_NAMES, EmbeddedScenes.PALETTE);
    }

    private static Dataset listed(ImasConfig config) {
        ImasConfig.Data data = config.data();
        boolean supervisedOnly = config.method() == ImasConfig.Method.SUPERVISED && data.unlabeled() == null;
        return of(
                config,
                Layouts.fromList(data, "data.labeled", data.labeled(), true),
                supervisedOnly ? List.of() : Layouts.fromList(data, "data.unlabeled", data.unlabeled(), false),
                Layouts.fromList(data, "data.validation", data.validation(), true));
    }

    /**
     * What no list says: pictures that have a mask and do not validate are labelled; all other pictures that do not
     * validate are unlabelled, those with an unlisted mask among them; val/images and val/masks validate, else every
     * fifth labelled picture does instead of being learned from, with or without its mask.
     */
    private static Dataset folders(ImasConfig config) {
        ImasConfig.Data data = config.data();
        List<Sample> all = Layouts.fromFolder(Layouts.root(data), data.channels());
        List<Sample> given = givenFolderValidation(data);
        List<Sample> others = given == null ? all : without(all, given);
        List<Sample> labeled = data.labeled() != null
                ? Layouts.fromList(data, "data.labeled", data.labeled(), true)
                : others.stream().filter(sample -> sample.mask() != null).toList();
        List<Sample> unlabeled = data.unlabeled() != null
                ? Layouts.fromList(data, "data.unlabeled", data.unlabeled(), false)
                : without(others, labeled);
        List<Sample> validation = given != null ? given : everyFifth(labeled);
        List<Sample> watched = given != null ? unlabeled : without(unlabeled, validation);
        List<Sample> learned = given != null ? labeled : without(labeled, validation);
        if (learned.isEmpty()) {
            throw new UserException(
                    "no labelled picture in " + data.root() + "; put masks with their pictures' names into "
                            + Path.of(data.root(), "masks") + (given == null ? " (two at least, one validates)" : ""));
        }
        return of(config, learned, watched, validation);
    }

    /** The validation set that a list or the folder val/ gives, or null. */
    private static List<Sample> givenFolderValidation(ImasConfig.Data data) {
        if (data.validation() != null) {
            return Layouts.fromList(data, "data.validation", data.validation(), true);
        }
        Path folder = Layouts.root(data).resolve("val");
        if (!Files.isDirectory(folder)) {
            return null;
        }
        List<Sample> samples = Layouts.fromFolder(folder, data.channels());
        if (samples.isEmpty()) {
            throw new UserException("no picture in " + folder.resolve("images")
                    + "; put validation pictures there, name a list (--val), or remove " + folder);
        }
        return samples;
    }

    /**
     * What tells this data set from another, by list: the number of pictures and a checksum over their names, and where
     * their masks are, in order.
     * It is the same wherever the files lie.
     */
    public Map<String, String> fingerprints() {
        Map<String, String> prints = new LinkedHashMap<>();
        prints.put("labeled", fingerprint(labeled));
        prints.put("unlabeled", fingerprint(unlabeled));
        prints.put("validation", fingerprint(validation));
        return prints;
    }

    private static String fingerprint(ImageSource source) {
        CRC32C checksum = new CRC32C();
        for (int i = 0; i < source.size(); i++) {
            checksum.update((source.identity(i) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return String.format(Locale.ROOT, "%d pictures, names %08x", source.size(), checksum.getValue());
    }

    private static List<Sample> everyFifth(List<Sample> samples) {
        return IntStream.range(0, samples.size())
                .filter(i -> i % FOLDER_VALIDATION_SHARE == 0)
                .mapToObj(samples::get)
                .toList();
    }

    private static List<Sample> without(List<Sample> samples, List<Sample> taken) {
        Set<Path> pictures = taken.stream().map(Sample::picture).collect(Collectors.toSet());
        return samples.stream()
                .filter(sample -> !pictures.contains(sample.picture()))
                .toList();
    }

    private static Dataset of(
            ImasConfig config, List<Sample> labeled, List<Sample> unlabeled, List<Sample> validation) {
        int classes = config.data().classes();
        List<String> names = config.data().classNames().isEmpty()
                ? IntStream.range(0, classes).mapToObj(c -> "class " + c).toList()
                : config.data().classNames();
        List<Integer> palette = config.data().palette().isEmpty()
                ? Palette.voc(classes)
                : config.data().palette();
        PictureReader reader = new PictureReader(PictureInput.of(config.data()));
        return new Dataset(
                new FileImages(labeled, classes, true, reader),
                new FileImages(unlabeled, classes, false, reader),
                new FileImages(validation, classes, true, reader),
                names,
                palette);
    }
}
