package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Data;
import dev.imas.config.ImasConfig.Instances;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.data.FileImages.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What {@code data.layout: auto} comes to, written down so that it is the same the next time. */
public final class DataFolder {
    private DataFolder() {}

    /**
     * The configuration with a layout that is known, where its pictures and masks are, and which of them validate. One
     * that says all this comes back as it is.
     *
     * @param notes told in a line what was recognised
     * @throws UserException where nothing can be recognised, or more than one thing
     */
    public static ImasConfig resolved(ImasConfig config, Consumer<String> notes) {
        if (config.data().layout() == Layout.FOLDERS) {
            requireOneValidation(config.data());
            return withSetAside(config);
        }
        if (config.data().layout() != Layout.AUTO) {
            return config;
        }
        Data data = recognised(config, false).data();
        if (data.layout() == Layout.LIST) {
            return config.withData(data);
        }
        requireOneValidation(data);
        FolderTree tree = FolderTree.of(Layouts.root(data));
        FolderPatterns patterns = FolderPatterns.of(data);
        List<Sample> all = patterns.training(tree);
        List<Sample> labeled =
                all.stream().filter(sample -> sample.mask() != null).toList();
        if (patterns.objects() && config.data().instances() == Instances.OFF) {
            requireObjects(labeled);
        }
        notes.accept(tree.root() + ": " + sentence(patterns, labeled.size(), all.size()));
        if (data.validation() == null && data.validationPictures().isEmpty()) {
            data = setAside(data, learned(data, labeled), notes);
        }
        boolean unlabeled = data.unlabeled() != null || learned(data, labeled).size() < all.size();
        if (!unlabeled && config.method() != Method.SUPERVISED && data.sparse() == Sparse.AUTO) {
            data = data.withSparse(Sparse.ON);
            notes.accept(
                    "every picture has a mask: the labelled pictures are the unlabelled ones too (method=supervised"
                            + " learns from masks alone, in less time)");
        }
        return config.withData(data);
    }

    /** Pictures that are to validate would be learned from where others validate already. */
    private static void requireOneValidation(Data data) {
        if (data.setAside().isEmpty() || data.validation() != null) { // a list named for this run is preferred
            return;
        }
        if (Collected.givenValidation(data) != null) {
            throw new UserException("data.set_aside names " + data.setAside().size()
                    + (data.setAside().size() == 1 ? " labelled picture" : " labelled pictures") + " to validate, but "
                    + (data.validationPictures().isEmpty()
                            ? Path.of(data.root(), "val").toString()
                            : String.join(", ", data.validationPictures()))
                    + " does already; leave data.set_aside out, move those pictures there, or take the other validation"
                    + " set away");
        }
    }

    /** Every fifth of today's masks is another picture when there are more of them. */
    private static ImasConfig withSetAside(ImasConfig config) {
        Data data = config.data();
        return !data.setAside().isEmpty() || Collected.givenValidation(data) != null
                ? config
                : config.withData(data.withSetAside(Collected.toValidate(config).validation().stream()
                        .map(Sample::entry)
                        .toList()));
    }

    /**
     * With where pictures and masks are, and nothing set aside.
     *
     * @param toMeasure nothing is learned: validation pictures alone are needed
     */
    static ImasConfig recognised(ImasConfig config, boolean toMeasure) {
        Data data = config.data();
        if (listsSuffice(data, toMeasure)) {
            return config.withData(data.withLayout(Layout.LIST));
        }
        if (data.pictures().isEmpty()) {
            data = recognised(data, FolderTree.of(Layouts.root(data)));
        }
        data = data.withLayout(Layout.FOLDERS);
        boolean objects = FolderPatterns.of(data).objects() && data.instances() == Instances.OFF;
        boolean classesGiven = data.classes() != null && data.classes() != 2;
        if (objects && (classesGiven || !data.labels().isEmpty() || data.reduceZeroLabel())) {
            throw new UserException(
                    "the masks are folders with one mask an object, which makes two classes (data.instances:"
                            + " foreground), but "
                            + (classesGiven
                                    ? "data.classes is " + data.classes()
                                    : "data.labels or reduce_zero_label is set")
                            + "; set data.classes: auto and leave the others out, or save one mask a picture");
        }
        return config.withData(objects ? data.withInstances(Instances.FOREGROUND) : data);
    }

    /** Files of the same few names in every folder are more likely to be classes, which would become one. */
    private static void requireObjects(List<Sample> labeled) {
        List<Path> folders =
                labeled.stream().map(Sample::mask).filter(Files::isDirectory).toList();
        Set<String> names = ObjectNames.shared(folders);
        if (!names.isEmpty()) {
            throw new UserException(folders.get(0) + " and the other folders of masks hold files of the same few names"
                    + " (" + String.join(", ", names)
                    + "): if these are classes, make one mask a picture of them that has a number a class; if each is"
                    + " an object, all of one class, add data.instances: foreground (or border)");
        }
    }

    /** Whether lists say all that is needed, so that nothing is to be recognised. */
    private static boolean listsSuffice(Data data, boolean toMeasure) {
        return toMeasure
                ? namesMasks("data.validation", data.validation(), data)
                : data.unlabeled() != null
                        && namesMasks("data.labeled", data.labeled(), data)
                        && namesMasks("data.validation", data.validation(), data);
    }

    private static boolean namesMasks(String key, String list, Data data) {
        return list != null
                && ListFile.read(key, list, Layouts.root(data)).lines().stream().allMatch(line -> line.words() > 1);
    }

    private static Data recognised(Data data, FolderTree tree) {
        FolderPatterns patterns = Recognition.of(tree);
        boolean given = !data.validationPictures().isEmpty();
        return data.with(with -> with.pictures(patterns.pictures())
                .masks(patterns.masks())
                .validationPictures(given ? data.validationPictures() : patterns.validationPictures())
                .validationMasks(given ? data.validationMasks() : patterns.validationMasks()));
    }

    /** Those of a list, where there is one. */
    private static List<Sample> learned(Data data, List<Sample> labeled) {
        return data.labeled() == null ? labeled : Layouts.fromList(data, "data.labeled", data.labeled(), true);
    }

    /**
     * The same with the last frames of every recording to validate, for recordings that are kinds of things, so that
     * what one of them shows would be learned or measured without being the other.
     *
     * @param asked the configuration that {@link #resolved} made {@code found} of
     * @return empty where nothing was set aside, or not by recordings
     */
    static Optional<ImasConfig> withEveryRecording(ImasConfig asked, ImasConfig found) {
        boolean chosen = asked.data().layout() == Layout.AUTO
                && asked.data().setAside().isEmpty()
                && !found.data().setAside().isEmpty();
        if (!chosen) {
            return Optional.empty();
        }
        List<Sample> masked = Layouts.fromFolders(found.data()).stream()
                .filter(sample -> sample.mask() != null)
                .toList();
        List<String> labeled =
                learned(found.data(), masked).stream().map(Sample::entry).toList();
        List<String> last = SetAside.ofEach(labeled, "").entries();
        return last.equals(found.data().setAside())
                ? Optional.empty()
                : Optional.of(found.withData(found.data().withSetAside(last)));
    }

    private static Data setAside(Data data, List<Sample> labeled, Consumer<String> notes) {
        if (!data.setAside().isEmpty()) {
            return data;
        }
        if (labeled.size() == 1) {
            String only = labeled.get(0).entry();
            notes.accept("validation: " + only + ", the only labelled picture, which is learned from as well: figures"
                    + " say how well it is known, nothing about other pictures; add masks to validate on in "
                    + Path.of(data.root(), "val"));
            return data.withSetAside(List.of(only));
        }
        SetAside chosen = SetAside.of(labeled.stream().map(Sample::entry).toList());
        notes.accept("validation: " + chosen.told());
        return data.withSetAside(chosen.entries());
    }

    private static String sentence(FolderPatterns patterns, int labeled, int pictures) {
        String masks = places(patterns.masks());
        String validation = places(patterns.validationPictures());
        return "pictures in " + places(patterns.pictures()) + ", masks in " + masks + " (" + labeled + " of " + pictures
                + " labelled)"
                + (validation.isEmpty()
                        ? ""
                        : ", validation in " + validation + ", its masks in " + places(patterns.validationMasks()));
    }

    /** A plain folder by its name, anything else as a pattern. */
    private static String places(List<String> patterns) {
        return patterns.stream()
                .filter(pattern -> !pattern.isEmpty())
                .map(pattern -> pattern.equals("*") ? "the folder itself" : pattern)
                .map(pattern -> pattern.matches("[^*]+/\\*\\*?") ? pattern.replaceFirst("\\*+$", "") : pattern)
                .collect(Collectors.joining(", "));
    }
}
