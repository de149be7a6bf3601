package dev.imas.data;

import dev.imas.augment.LabelMap;
import dev.imas.augment.RgbImage;
import dev.imas.common.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Pictures in files, decoded at every access. */
final class FileImages implements ImageSource {
    /**
     * @param id      unique name of the sample
     * @param picture its picture
     * @param mask    its mask, or null
     * @param origin  where it is listed, for messages
     */
    record Sample(String id, Path picture, Path mask, String origin) {
    }

    private final List<Sample> samples;
    private final int classes;

    /** @param needMasks every sample must have an existing mask; else masks are neither looked at nor checked */
    FileImages(List<Sample> samples, int classes, boolean needMasks) {
        this.samples = List.copyOf(samples);
        this.classes = classes;
        Set<String> seen = new HashSet<>();
        for (Sample sample : samples) {
            if (!seen.add(sample.id())) {
                throw new UserException(sample.origin() + " lists " + sample.id() + " a second time; remove one");
            }
            require(sample, "picture", sample.picture());
            if (needMasks) {
                if (sample.mask() == null) {
                    throw new UserException(sample.origin() + " names the picture " + sample.picture() + " alone; expected its mask in a second column");
                }
                require(sample, "mask", sample.mask());
            }
        }
    }

    private static void require(Sample sample, String what, Path path) {
        if (!Files.isRegularFile(path)) {
            throw new UserException(sample.origin() + ": the " + what + " " + path + " does not exist; check data.root and the list");
        }
    }

    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public String id(int i) {
        return samples.get(i).id();
    }

    @Override
    public RgbImage image(int i) {
        return ImageFiles.picture(samples.get(i).picture());
    }

    @Override
    public LabelMap mask(int i) {
        Sample sample = samples.get(i);
        if (sample.mask() == null) {
            throw new UserException(sample.origin() + " has no mask for " + sample.id());
        }
        return ImageFiles.mask(sample.mask(), classes, ImageFiles.size(sample.picture()));
    }
}
