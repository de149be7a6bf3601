package dev.imas.data;

import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Instances;
import dev.imas.config.MaskLabels;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.MaskMeaning;
import dev.imas.image.ObjectMasks;
import dev.imas.image.StoredMask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Reads the masks of a data set as its configuration says. */
final class MaskReading {
    private final Instances instances;
    private final Set<Integer> ignored;
    /** Null: it is not known yet how many classes there are. */
    private final MaskMeaning meaning;

    private MaskReading(Instances instances, Set<Integer> ignored, MaskMeaning meaning) {
        this.instances = instances;
        this.ignored = ignored;
        this.meaning = meaning;
    }

    static MaskReading of(ImasConfig.Data data) {
        Set<Integer> ignored = new HashSet<>(data.ignore());
        if (data.instances() != Instances.OFF) {
            ignored.remove(LabelMap.IGNORE); // an object's number like any other
        }
        return new MaskReading(data.instances(), ignored, data.classes() == null ? null : meaning(data));
    }

    private static MaskMeaning meaning(ImasConfig.Data data) {
        Set<Integer> ignored = Set.copyOf(data.ignore());
        if (data.instances() != Instances.OFF) {
            return MaskMeaning.indices(data.classes(), Set.of(LabelMap.IGNORE));
        }
        if (data.reduceZeroLabel()) {
            return MaskMeaning.indicesPlusOne(data.classes(), ignored);
        }
        if (data.labels().isEmpty()) {
            return MaskMeaning.indices(data.classes(), ignored);
        }
        MaskLabels labels = MaskLabels.of(data);
        return MaskMeaning.table(
                labels.values(), labels.colours(), labels.other().orElse(MaskMeaning.UNKNOWN), ignored);
    }

    /** What the values mean; known once the classes are. */
    MaskMeaning meaning() {
        if (meaning == null) {
            throw new IllegalStateException("data.classes is auto: the masks must be surveyed first");
        }
        return meaning;
    }

    /** What a mask file holds; of one with a number an object the classes that are made of it. */
    StoredMask stored(Path path, ImageSize picture) {
        return switch (instances) {
            case OFF ->
                Files.isDirectory(path) ? FolderObjects.read(path, picture) : ImageFiles.storedMask(path, picture);
            case FOREGROUND -> ObjectMasks.foreground(objects(path, picture), ignored);
            case BORDER -> ObjectMasks.border(objects(path, picture), ignored);
        };
    }

    private static StoredMask objects(Path path, ImageSize picture) {
        return Files.isDirectory(path) ? FolderObjects.read(path, picture) : ImageFiles.storedInstances(path, picture);
    }

    LabelMap labels(Path path, ImageSize picture) {
        return meaning().read(path, stored(path, picture));
    }
}
