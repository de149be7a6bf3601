package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.data.FileImages.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The files of a data set, by what they are for, before any of them is opened. */
record Collected(List<Sample> labeled, List<Sample> unlabeled, List<Sample> validation) {
    /** Every how many labelled pictures of images/ one is set aside, where there is no validation set. */
    private static final int FOLDER_VALIDATION_SHARE = 5;

    /** @param config of files, with a layout that is known */
    static Collected of(ImasConfig config) {
        Collected files = config.data().layout() == Layout.FOLDERS
                ? withUnlabeled(config, folders(config.data()))
                : listed(config);
        return files.settled(config);
    }

    /** With the labelled pictures among the unlabelled ones too, where the configuration says so. */
    Collected settled(ImasConfig config) {
        return config.data().sparse() == Sparse.ON ? withLabeledAsUnlabeled() : this;
    }

    /** What is needed to measure: nothing to learn from where the validation set does not depend on it. */
    static Collected toValidate(ImasConfig config) {
        ImasConfig.Data data = config.data();
        if (data.layout() == Layout.FOLDERS) {
            List<Sample> given = givenValidation(data);
            return given == null ? folders(data) : new Collected(List.of(), List.of(), given);
        }
        return new Collected(List.of(), List.of(), Layouts.fromList(data, "data.validation", data.validation(), true));
    }

    /** What is needed to measure on a folder that nothing was trained with: its validation set, else all masks. */
    static Collected allToValidate(ImasConfig config) {
        ImasConfig.Data data = config.data();
        if (data.layout() == Layout.LIST) {
            return toValidate(config);
        }
        List<Sample> given = givenValidation(data);
        List<Sample> masked = given != null
                ? given
                : Layouts.fromFolders(data).stream()
                        .filter(sample -> sample.mask() != null)
                        .toList();
        return new Collected(List.of(), List.of(), masked);
    }

    /** Those with masks: to learn from, and to validate on. */
    Stream<Sample> masked() {
        return Stream.concat(labeled.stream(), validation.stream());
    }

    /** Every sample once for each use. */
    Stream<Sample> all() {
        return Stream.of(labeled, validation, unlabeled).flatMap(List::stream);
    }

    /** Without the samples that have one of these masks. */
    Collected withoutMasks(Set<Path> masks) {
        return new Collected(
                labeled.stream()
                        .filter(sample -> !masks.contains(sample.mask()))
                        .toList(),
                unlabeled,
                validation.stream()
                        .filter(sample -> !masks.contains(sample.mask()))
                        .toList());
    }

    /** Lists are never empty, but a folder whose pictures all have masks leaves none to learn from without one. */
    private static Collected withUnlabeled(ImasConfig config, Collected files) {
        boolean needed = config.method() != Method.SUPERVISED && config.data().sparse() == Sparse.OFF;
        if (needed && files.unlabeled.isEmpty()) {
            throw new UserException("no unlabelled picture in " + config.data().root()
                    + ": all its pictures have a mask or validate; add pictures without a mask,"
                    + " name the labelled ones in a list (--labeled), or set method=supervised");
        }
        return files;
    }

    private static Collected listed(ImasConfig config) {
        ImasConfig.Data data = config.data();
        boolean needed = config.method() != Method.SUPERVISED && data.sparse() == Sparse.OFF;
        return new Collected(
                Layouts.fromList(data, "data.labeled", data.labeled(), true),
                data.unlabeled() == null && !needed
                        ? List.of()
                        : Layouts.fromList(data, "data.unlabeled", data.unlabeled(), false),
                Layouts.fromList(data, "data.validation", data.validation(), true));
    }

    /**
     * What no list says: pictures that have a mask and do not validate are labelled; all other pictures that do not
     * validate are unlabelled, those with an unlisted mask among them; val/images and val/masks validate, else some
     * labelled pictures do instead of being learned from, with or without their masks.
     */
    private static Collected folders(ImasConfig.Data data) {
        List<Sample> all = Layouts.fromFolders(data);
        List<Sample> given = givenValidation(data);
        List<Sample> others = given == null ? all : without(all, given);
        List<Sample> labeled = data.labeled() != null
                ? Layouts.fromList(data, "data.labeled", data.labeled(), true)
                : others.stream().filter(sample -> sample.mask() != null).toList();
        List<Sample> unlabeled = data.unlabeled() != null
                ? Layouts.fromList(data, "data.unlabeled", data.unlabeled(), false)
                : without(others, labeled);
        List<Sample> validation = given != null ? given : setAside(data, labeled);
        List<Sample> watched = given != null ? unlabeled : without(unlabeled, validation);
        boolean only = labeled.size() == 1; // is learned from and validates
        List<Sample> learned = given != null || only ? labeled : without(labeled, validation);
        boolean none = all.stream().noneMatch(sample -> sample.mask() != null);
        if (learned.isEmpty()
                && none
                && data.labeled() == null
                && !data.pictures().isEmpty()) {
            throw new UserException(FolderPatterns.of(data).whyNothingIsLearned(FolderTree.of(Layouts.root(data))));
        }
        if (learned.isEmpty()) {
            throw new UserException("no labelled picture in " + data.root()
                    + "; put masks with their pictures' names into " + Path.of(data.root(), "masks")
                    + (given == null ? " (two at least, so that one validates)" : ""));
        }
        return new Collected(learned, watched, validation);
    }

    /** The validation set that a list, patterns or the folder val/ give, or null. */
    static List<Sample> givenValidation(ImasConfig.Data data) {
        if (data.validation() != null) {
            return Layouts.fromList(data, "data.validation", data.validation(), true);
        }
        if (!data.validationPictures().isEmpty()) {
            List<Sample> samples = FolderPatterns.of(data).validation(FolderTree.of(Layouts.root(data)));
            if (samples.isEmpty()) {
                throw new UserException("no picture to validate on: no file fits data.validation_pictures "
                        + data.validationPictures() + "; patterns are paths below " + data.root()
                        + " in which * stands for a picture's name (docs/data.md)");
            }
            return samples;
        }
        if (!data.pictures().isEmpty()) {
            return null;
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

    private static List<Sample> setAside(ImasConfig.Data data, List<Sample> labeled) {
        if (data.pictures().isEmpty() && data.setAside().isEmpty()) {
            return everyFifth(labeled);
        }
        List<String> entries = labeled.stream().map(Sample::entry).toList();
        List<String> chosen = data.setAside().isEmpty() ? SetAside.of(entries).entries() : data.setAside();
        Set<String> missing = new HashSet<>(chosen);
        entries.forEach(missing::remove);
        if (!missing.isEmpty()) {
            throw new UserException("data.set_aside names " + Finding.named(new ArrayList<>(missing))
                    + ", which no labelled picture is called; expected paths below data.root such as "
                    + (entries.isEmpty() ? "images/1.png" : entries.get(0)));
        }
        return labeled.stream()
                .filter(sample -> chosen.contains(sample.entry()))
                .toList();
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

    /** Where masks are annotated in part, what is ignored in them learns as unlabelled pictures do. */
    private Collected withLabeledAsUnlabeled() {
        List<Sample> both = Stream.concat(unlabeled.stream(), without(labeled, unlabeled).stream())
                .toList();
        return new Collected(labeled, both, validation);
    }
}
