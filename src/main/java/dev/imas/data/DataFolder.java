package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Data;
import dev.imas.config.ImasConfig.Instances;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Method;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.data.FileImages.Sample;
import java.nio.file.Path;
import java.util.List;
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
        if (config.data().layout() != Layout.AUTO) {
            return config;
        }
        if (listsPairs(config.data())) {
            return config.withData(config.data().withLayout(Layout.LIST));
        }
        FolderTree tree = FolderTree.of(Layouts.root(config.data()));
        Data data = config.data().pictures().isEmpty() ? recognised(config.data(), tree) : config.data();
        data = data.withLayout(Layout.FOLDERS);
        FolderPatterns patterns = FolderPatterns.of(data);
        if (patterns.objects() && data.instances() == Instances.OFF) {
            data = data.withInstances(Instances.FOREGROUND);
        }
        List<Sample> all = patterns.training(tree);
        List<Sample> labeled =
                all.stream().filter(sample -> sample.mask() != null).toList();
        notes.accept(tree.root() + ": " + sentence(patterns, labeled.size(), all.size()));
        if (data.validation() == null && data.validationPictures().isEmpty() && data.labeled() == null) {
            data = setAside(data, labeled, notes);
        }
        boolean unlabeled = data.unlabeled() != null || labeled.size() < all.size();
        if (!unlabeled && config.method() != Method.SUPERVISED && data.sparse() != Sparse.ON) {
            data = data.withSparse(Sparse.ON);
            notes.accept(
                    "every picture has a mask: the labelled pictures are the unlabelled ones too (method=supervised"
                            + " learns from masks alone, in less time)");
        }
        return config.withData(data);
    }

    /** Whether lists name pictures with their masks, so that nothing needs to be recognised. */
    private static boolean listsPairs(Data data) {
        if (data.labeled() == null) {
            return false;
        }
        ListFile list = ListFile.read("data.labeled", data.labeled(), Layouts.root(data));
        return list.lines().stream().allMatch(line -> line.words() > 1);
    }

    private static Data recognised(Data data, FolderTree tree) {
        FolderPatterns patterns = Recognition.of(tree);
        return data.with(with -> with.pictures(patterns.pictures())
                .masks(patterns.masks())
                .validationPictures(patterns.validationPictures())
                .validationMasks(patterns.validationMasks()));
    }

    private static Data setAside(Data data, List<Sample> labeled, Consumer<String> notes) {
        if (!data.setAside().isEmpty()) {
            return data;
        }
        if (labeled.size() == 1) {
            throw new UserException("one labelled picture alone in " + data.root() + " ("
                    + labeled.get(0).entry()
                    + "), which cannot be learned from and validate; add a second mask, or masks to validate on in "
                    + Path.of(data.root(), "val"));
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
                        : ", validation in " + validation + " with masks in " + places(patterns.validationMasks()));
    }

    /** A plain folder by its name, anything else as a pattern. */
    private static String places(List<String> patterns) {
        return patterns.stream()
                .filter(pattern -> !pattern.isEmpty())
                .map(pattern -> pattern.matches("[^*]+/\\*\\*?") ? pattern.replaceFirst("\\*+$", "") : pattern)
                .collect(Collectors.joining(", "));
    }
}
