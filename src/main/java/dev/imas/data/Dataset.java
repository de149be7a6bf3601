package dev.imas.data;

import dev.imas.common.Rng;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.config.PictureInput;
import dev.imas.image.Palette;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * The three collections of a run.
 *
 * @param labeled    pictures with masks to learn from
 * @param unlabeled  pictures alone; empty (size 0) is allowed for {@code supervised} only
 * @param validation pictures with masks to measure on
 * @param classNames one name a class; empty while data.classes is auto
 * @param palette    one 0xRRGGBB a class; empty while data.classes is auto
 */
public record Dataset(
        ImageSource labeled,
        ImageSource unlabeled,
        ImageSource validation,
        List<String> classNames,
        List<Integer> palette) {
    /**
     * Opens what the configuration describes: reads the lists and checks that every file they name exists; pictures
     * are decoded when they are used. Masks of unlabelled pictures are neither read nor looked for. What the
     * configuration leaves open about masks ({@code auto}) is settled by a {@link MaskSurvey} of what this opens.
     */
    public static Dataset open(ImasConfig config) {
        ImasConfig found = DataFolder.resolved(config, note -> {});
        return found.data().layout() == Layout.EMBEDDED ? embedded(found) : of(found, Collected.of(found));
    }

    /**
     * The validation collection alone, as {@code imas evaluate} needs it: the same pictures as {@link #open} validates
     * on, so that a folder without a validation set is never measured on pictures it was trained with. Of a folder that
     * nothing was trained with ({@code data.layout: auto}), and which has no validation set, every picture with a mask.
     */
    public static Dataset openValidation(ImasConfig config) {
        if (config.data().layout() == Layout.AUTO) {
            ImasConfig found = DataFolder.recognised(config, true);
            return of(found, Collected.allToValidate(found));
        }
        return config.data().layout() == Layout.EMBEDDED ? embedded(config) : of(config, Collected.toValidate(config));
    }

    private static Dataset embedded(ImasConfig config) {
        ImasConfig.Embedded sizes = config.data().embedded();
        EmbeddedScenes training = new EmbeddedScenes(config.seed(), "train", sizes.images(), sizes.size());
        EmbeddedScenes validation = new EmbeddedScenes(config.seed(), "validation", sizes.validation(), sizes.size());
        int[] order = Rng.of(config.seed(), "labeled-subset").permutation(sizes.images());
        ImageSource labeled = new Subset(
                training, IntStream.of(order).limit(sizes.labeled()).sorted().toArray(), true);
        int masked = config.data().sparse() == Sparse.ON ? 0 : sizes.labeled();
        ImageSource unlabeled =
                new Subset(training, IntStream.of(order).skip(masked).sorted().toArray(), false);
        return new Dataset(labeled, unlabeled, validation, EmbeddedScenes.CLASS_NAMES, EmbeddedScenes.PALETTE);
    }

    /** The same collections, which go on without samples that turn out to be broken. */
    public Dataset withoutBroken() {
        return new Dataset(
                new WithoutBroken(labeled),
                new WithoutBroken(unlabeled),
                new WithoutBroken(validation),
                classNames,
                palette);
    }

    /**
     * What tells this data set from another, by list: the number of pictures, a checksum over their names, and where
     * their masks are, in order, and one over the sizes of their files.
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
        CRC32C names = new CRC32C();
        CRC32C sizes = new CRC32C();
        boolean files = false;
        for (int i = 0; i < source.size(); i++) {
            names.update((WrittenNames.key(source.identity(i)) + "\n").getBytes(StandardCharsets.UTF_8));
            long bytes = source.bytes(i);
            sizes.update((bytes + "\n").getBytes(StandardCharsets.UTF_8));
            files |= bytes >= 0;
        }
        return String.format(Locale.ROOT, "%d pictures, names %08x", source.size(), names.getValue())
                + (files ? String.format(Locale.ROOT, ", sizes %08x", sizes.getValue()) : "");
    }

    /** The sources of collected files. */
    static Dataset of(ImasConfig config, Collected files) {
        ImasConfig.Data data = config.data();
        int classes = data.classes() == null ? 0 : data.classes();
        List<Integer> palette = data.palette().isEmpty() ? Palette.voc(classes) : data.palette();
        MaskReading masks = MaskReading.of(data);
        PictureReader reader = new PictureReader(PictureInput.of(data));
        return new Dataset(
                new FileImages(files.labeled(), masks, true, reader),
                new FileImages(files.unlabeled(), masks, false, reader),
                new FileImages(files.validation(), masks, true, reader),
                classNames(data),
                palette);
    }

    /** One a class; empty while their number is open. */
    static List<String> classNames(ImasConfig.Data data) {
        int classes = data.classes() == null ? 0 : data.classes();
        return data.classNames().isEmpty()
                ? IntStream.range(0, classes).mapToObj(c -> "class " + c).toList()
                : data.classNames();
    }
}
