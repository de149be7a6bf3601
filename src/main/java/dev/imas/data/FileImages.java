package dev.imas.data;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.common.WrittenPath;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import dev.imas.image.PictureNames;
import dev.imas.image.StoredMask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
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
     * @param objects the mask is a folder with one mask an object
     */
    record Sample(String entry, Path picture, Path mask, String origin, boolean objects) {
        Sample(String entry, Path picture, Path mask, String origin) {
            this(entry, picture, mask, origin, false);
        }

        /** Why there is nothing to read at the mask's place, in words that complete "MASK ...", or null. */
        String maskProblem() {
            return objects && Files.isDirectory(mask) ? null : FileProblem.ofInput(mask);
        }
    }

    private final List<Sample> samples;
    private final List<String> ids;
    private final MaskReading masks;
    private final boolean withMasks;
    private final PictureReader reader;
    /** Known from the decoding of the pictures, so that a mask's check need not open its picture again. */
    private final AtomicReferenceArray<ImageSize> sizes;
    /** Bytes that reading takes; 0: not asked yet. */
    private final AtomicLongArray memory;

    /** @param withMasks every sample must have an existing mask; else masks are neither looked at nor given out */
    FileImages(List<Sample> samples, MaskReading masks, boolean withMasks, PictureReader reader) {
        this.reader = reader;
        this.samples = List.copyOf(samples);
        this.masks = masks;
        this.withMasks = withMasks;
        this.sizes = new AtomicReferenceArray<>(samples.size());
        this.memory = new AtomicLongArray(samples.size());
        List<String> faults = faults(this.samples, withMasks);
        if (!faults.isEmpty()) {
            throw new UserException(String.join("\n", Finding.limited(faults)));
        }
        this.ids = names(this.samples);
    }

    /** What is wrong with what names the files, one line each. */
    static List<String> faults(List<Sample> samples, boolean withMasks) {
        List<String> faults = repeated(samples);
        for (Sample sample : samples) {
            String problem = FileProblem.ofInput(sample.picture());
            require(sample, "picture", sample.picture(), problem, faults);
            if (withMasks && sample.mask() == null) {
                if (problem == null) {
                    faults.add(sample.origin() + ": the picture " + sample.picture()
                            + " has no mask; expected one of its name in masks/, or where data.masks says");
                }
            } else if (withMasks) {
                require(sample, "mask", sample.mask(), sample.maskProblem(), faults);
            }
        }
        return faults;
    }

    /** A line for every picture that comes a second time. */
    static List<String> repeated(List<Sample> samples) {
        List<String> faults = new ArrayList<>();
        Map<Path, Sample> seen = new HashMap<>();
        for (Sample sample : samples) {
            Sample other = seen.put(sample.picture(), sample);
            if (other != null) {
                faults.add(sample.origin() + " lists " + sample.entry() + " a second time (first in " + other.origin()
                        + "); remove one");
            }
        }
        return faults;
    }

    private static void require(Sample sample, String what, Path path, String problem, List<String> faults) {
        if (problem != null) {
            faults.add(sample.origin() + ": the " + what + " " + path + " " + problem
                    + (Files.isRegularFile(path)
                            ? "; replace it or take it out"
                            : WrittenPath.hint(sample.entry()) + "; " + advice(sample.entry())));
        }
    }

    private static String advice(String entry) {
        if (entry.indexOf('\uFFFD') >= 0) {
            return "its name is not in UTF-8, as of an old archive; rename it (convmv does whole folders)";
        }
        return ListFile.partedByCommas(entry)
                ? "a list has a picture and its mask in a line, parted by a blank or a tab, without commas and quotes"
                : "check data.root and the list";
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
        List<String> taken = samples.stream()
                .filter(sample -> !seen.add(pathName(sample)))
                .map(sample -> sample.origin() + ": the name " + pathName(sample) + " of " + sample.entry()
                        + " is taken by another picture; rename one")
                .toList();
        if (!taken.isEmpty()) {
            throw new UserException(String.join("\n", Finding.limited(taken)));
        }
        return samples.stream().map(FileImages::pathName).toList();
    }

    static String pathName(Sample sample) {
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

    @Override
    public long bytes(int i) {
        Sample sample = samples.get(i);
        return reader.files(sample.picture()).stream()
                        .mapToLong(FileImages::size)
                        .sum()
                + (withMasks ? size(sample.mask()) : 0);
    }

    @Override
    public List<Path> files(int i) {
        return reader.files(samples.get(i).picture());
    }

    /** Of a folder with a mask an object that of all of them. */
    private static long size(Path path) {
        try {
            return Files.isDirectory(path)
                    ? FolderObjects.files(path).stream()
                            .mapToLong(FileImages::size)
                            .sum()
                    : Files.size(path);
        } catch (IOException e) {
            return 0; // told by whoever reads it
        }
    }

    PictureReader reader() {
        return reader;
    }

    /** The files, in order. */
    List<Path> pictures() {
        return samples.stream().map(Sample::picture).toList();
    }

    @Override
    public long memory(int i) {
        long known = memory.get(i);
        if (known == 0) {
            Sample sample = samples.get(i);
            known = 1 + reader.memory(sample.picture()) + (withMasks ? maskMemory(sample.mask()) : 0);
            memory.set(i, known);
        }
        return known;
    }

    /** Of one object at a time where the mask is a folder; 0 where its header is damaged, as for pictures. */
    private static long maskMemory(Path mask) {
        try {
            return Files.isDirectory(mask) ? 0 : ImageFiles.maskMemory(mask);
        } catch (UserException e) {
            return 0;
        }
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
        return masks.labels(sample.mask(), pictureSize(i));
    }

    /** What the mask of picture i holds, as {@link #mask} reads it before values become labels. */
    StoredMask storedMask(int i) {
        return masks.stored(samples.get(i).mask(), pictureSize(i));
    }

    private ImageSize pictureSize(int i) {
        ImageSize known = sizes.get(i);
        return known != null ? known : ImageFiles.size(samples.get(i).picture());
    }

    Path maskPath(int i) {
        return samples.get(i).mask();
    }
}
