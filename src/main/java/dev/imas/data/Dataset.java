package dev.imas.data;

import dev.imas.common.Rng;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.data.FileImages.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The three collections of a run.
 *
 * @param labeled    pictures with masks to learn from
 * @param unlabeled  pictures alone; empty (size 0) is allowed for {@code supervised} only
 * @param validation pictures with masks to measure on
 * @param classNames one name a class
 * @param palette    one 0xRRGGBB a class
 */
public record Dataset(ImageSource labeled, ImageSource unlabeled, ImageSource validation, List<String> classNames, List<Integer> palette) {
    /** Every how many labelled pictures one is set aside to validate on, where a folder brings no validation set. */
    private static final int FOLDER_VALIDATION_SHARE = 5;

    /**
     * Opens what the configuration describes: reads the lists and checks that every file they name exists; pictures
     * are decoded when they are used. Masks of unlabelled pictures are neither read nor looked for.
     */
    public static Dataset open(ImasConfig config) {
        return switch (config.data().layout()) {
            case EMBEDDED -> embedded(config);
            case FOLDERS -> folders(config);
            default -> listed(config);
        };
    }

    /** The validation collection alone, as {@code imas evaluate} needs it. */
    public static Dataset openValidation(ImasConfig config) {
        ImasConfig.Data data = config.data();
        if (data.layout() == ImasConfig.Layout.EMBEDDED) {
            return embedded(config);
        }
        List<Sample> validation = data.layout() == ImasConfig.Layout.FOLDERS && data.validation() == null
                ? List.copyOf(Layouts.folder(validationFolder(data)).values())
                : Layouts.fromList(data, "data.validation", data.validation());
        return of(config, List.of(), List.of(), validation);
    }

    private static Dataset embedded(ImasConfig config) {
        ImasConfig.Embedded sizes = config.data().embedded();
        EmbeddedScenes training = new EmbeddedScenes(config.seed(), "train", sizes.images(), sizes.size());
        EmbeddedScenes validation = new EmbeddedScenes(config.seed(), "validation", sizes.validation(), sizes.size());
        int[] order = Rng.of(config.seed(), "labeled-subset").permutation(sizes.images());
        ImageSource labeled = new Subset(training, IntStream.of(order).limit(sizes.labeled()).sorted().toArray());
        ImageSource unlabeled = new Subset(training, IntStream.of(order).skip(sizes.labeled()).sorted().toArray());
        return new Dataset(labeled, unlabeled, validation, EmbeddedScenes.CLASS_NAMES, EmbeddedScenes.PALETTE);
    }

    private static Dataset listed(ImasConfig config) {
        ImasConfig.Data data = config.data();
        boolean supervisedOnly = config.method() == ImasConfig.Method.SUPERVISED && data.unlabeled() == null;
        List<Sample> unlabeled = supervisedOnly ? List.of() : Layouts.fromList(data, "data.unlabeled", data.unlabeled());
        return of(config, Layouts.fromList(data, "data.labeled", data.labeled()), unlabeled, Layouts.fromList(data, "data.validation", data.validation()));
    }

    /**
     * Without lists: pictures with a mask are labelled, the others unlabelled; val/images and val/masks validate, else
     * every fifth labelled picture is set aside for it.
     */
    private static Dataset folders(ImasConfig config) {
        ImasConfig.Data data = config.data();
        List<Sample> labeled = new ArrayList<>();
        List<Sample> unlabeled = new ArrayList<>();
        for (Sample sample : Layouts.folder(Layouts.root(data)).values()) {
            (sample.mask() == null ? unlabeled : labeled).add(sample);
        }
        if (data.labeled() != null) {
            labeled = Layouts.fromList(data, "data.labeled", data.labeled());
        }
        if (data.unlabeled() != null) {
            unlabeled = Layouts.fromList(data, "data.unlabeled", data.unlabeled());
        }
        List<Sample> validation;
        if (data.validation() != null) {
            validation = Layouts.fromList(data, "data.validation", data.validation());
        } else if (Files.isDirectory(Layouts.root(data).resolve("val"))) {
            validation = List.copyOf(Layouts.folder(validationFolder(data)).values());
        } else {
            List<Sample> all = labeled;
            validation = IntStream.range(0, all.size()).filter(i -> i % FOLDER_VALIDATION_SHARE == 0).mapToObj(all::get).toList();
            labeled = IntStream.range(0, all.size()).filter(i -> i % FOLDER_VALIDATION_SHARE != 0).mapToObj(all::get).toList();
        }
        if (labeled.isEmpty()) {
            throw new UserException("no labelled picture in " + data.root() + "; put masks with their pictures' names into " + Path.of(data.root(), "masks") + " (two at least, one validates)");
        }
        return of(config, labeled, unlabeled, validation);
    }

    private static Path validationFolder(ImasConfig.Data data) {
        Path folder = Layouts.root(data).resolve("val");
        return Files.isDirectory(folder) ? folder : Layouts.root(data);
    }

    private static Dataset of(ImasConfig config, List<Sample> labeled, List<Sample> unlabeled, List<Sample> validation) {
        int classes = config.data().classes();
        List<String> names = config.data().classNames().isEmpty() ? IntStream.range(0, classes).mapToObj(c -> "class " + c).toList() : config.data().classNames();
        List<Integer> palette = config.data().palette().isEmpty() ? Palette.voc(classes) : config.data().palette();
        return new Dataset(new FileImages(labeled, classes, true), new FileImages(unlabeled, classes, false), new FileImages(validation, classes, true), names, palette);
    }
}
