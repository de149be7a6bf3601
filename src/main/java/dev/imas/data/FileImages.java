package dev.imas.data;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.image.PictureNames;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Pictures in files, decoded at every access: decoding is a small part of a sample's cost, the operating system keeps
 * the compressed files in memory, and decoded ones would take ten times their room.
 */
final class FileImages implements ImageSource {
    /**
     * @param entry   what names it in its list or folder
     * @param picture its picture
     * @param mask    its mask, or null
     * @param origin  where it is listed, for messages
     */
    record Sample(String entry, Path picture, Path mask, String origin) {}

    private final List<Sample> samples;
    private final List<String> ids;
    private final int classes;
    private final boolean withMasks;
    private final PictureReader reader;
    /** Known from the decoding of the pictures, so that a mask's check need not open its picture again. */
    private final AtomicReferenceArray<ImageSize> sizes;

    /** @param withMasks every sample must have an existing mask; else masks are neither looked at nor given out */
    FileImages(List<Sample> samples, int classes, boolean withMasks, PictureReader reader) {
        this.reader = reader;
        this.samples = List.copyOf(samples);
        this.classes = classes;
        this.withMasks = withMasks;
        this.sizes = new AtomicReferenceArray<>(samples.size());
        Map<Path, Sample> seen = new HashMap<>();
        for (Sample sample : samples) {
            Sample other = seen.put(sample.picture(), sample);
            if (other != null) {
                throw new UserException(sample.origin() + " lists " + sample.entry() + " a second time (first in "
                        + other.origin() + "); remove one");
            }
            require(sample, "picture", sample.picture());
            if (withMasks) {
                if (sample.mask() == null) {
                    throw new UserException(sample.origin() + ": the picture " + sample.picture()
                            + " has no mask; expected one of its name in masks/");
                }
                require(sample, "mask", sample.mask());
            }
        }
        this.ids = names(this.samples);
    }

    private static void require(Sample sample, String what, Path path) {
        String problem = FileProblem.ofInput(path);
        if (problem != null) {
            throw new UserException(
                    sample.origin() + ": the " + what + " " + path + " " + problem + "; check data.root and the list");
        }
    }

    /** File names without ending; where two folders hold the same name, whole paths with _ for the slashes. */
    private static List<String> names(List<Sample> samples) {
        List<String> stems = samples.stream()
                .map(sample -> PictureNames.stem(sample.entry()))
                .toList();
        if (Set.copyOf(stems).size() == stems.size()) {
            return stems;
        }
        Set<String> seen = new HashSet<>();
        for (Sample sample : samples) {
            if (!seen.add(pathName(sample))) {
                throw new UserException(sample.origin() + ": the name " + pathName(sample) + " of " + sample.entry()
                        + " is taken by another picture; rename one");
            }
        }
        return samples.stream().map(FileImages::pathName).toList();
    }

    private static String pathName(Sample sample) {
        String entry = sample.entry().replaceFirst("^/+", "");
        String folder = entry.substring(0, entry.lastIndexOf('/') + 1);
        return (folder + PictureNames.stem(entry)).replace('/', '_');
    }

    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public String id(int i) {
        return ids.get(i);
    }

    @Override
    public String identity(int i) {
        Sample sample = samples.get(i);
        if (!withMasks) {
            return id(i);
        }
        return id(i) + " "
                + sample.picture()
                        .toAbsolutePath()
                        .getParent()
                        .relativize(sample.mask().toAbsolutePath());
    }

    /** The files, in order. */
    List<Path> pictures() {
        return samples.stream().map(Sample::picture).toList();
    }

    @Override
    public Picture image(int i) {
        Picture image = reader.read(samples.get(i).picture());
        sizes.set(i, new ImageSize(image.width(), image.height()));
        return image;
    }

    @Override
    public LabelMap mask(int i) {
        Sample sample = samples.get(i);
        if (!withMasks) {
            throw new IllegalStateException("a mask was asked of the unlabelled picture " + sample.picture());
        }
        ImageSize known = sizes.get(i);
        return ImageFiles.mask(sample.mask(), classes, known != null ? known : ImageFiles.size(sample.picture()));
    }
}
