package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.data.FileImages.Sample;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.PictureHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether the files of a data set are there and can be read, and fit their masks' sizes.
 *
 * @param sound    the samples that can be used: without faults, and without unlabelled pictures that cannot be read
 * @param pictures what was found of each picture
 */
record FileCheck(Collected sound, PictureCheck pictures, List<Finding> findings) {
    /** @param reader how pictures will be read */
    static FileCheck of(Collected files, PictureReader reader) {
        List<Finding> findings = new ArrayList<>();
        missing(files, findings);
        PictureCheck check = PictureCheck.of(
                files.all()
                        .filter(sample -> Files.isRegularFile(sample.picture()))
                        .toList(),
                reader);
        Set<Path> broken = new HashSet<>(check.problems().keySet());
        unreadable(files, check, findings);
        broken.addAll(turned(files, check, findings));
        Collected sound = new Collected(
                usable(files.labeled(), true, broken),
                usable(files.unlabeled(), false, broken),
                usable(files.validation(), true, broken));
        return new FileCheck(sound, check, findings);
    }

    private static List<Sample> usable(List<Sample> samples, boolean withMasks, Set<Path> broken) {
        return samples.stream()
                .filter(sample -> !broken.contains(sample.picture()) && Files.isRegularFile(sample.picture()))
                .filter(sample -> !withMasks || sample.mask() != null && Files.exists(sample.mask()))
                .toList();
    }

    private static void missing(Collected files, List<Finding> findings) {
        List<String> faults = new ArrayList<>();
        Set<Path> empty = new HashSet<>();
        files.all().map(Sample::picture).filter(FileCheck::isEmptyFile).forEach(empty::add);
        for (List<Sample> masked : List.of(files.labeled(), files.validation())) {
            faults.addAll(FileImages.faults(without(masked, empty), true));
        }
        faults.addAll(FileImages.faults(without(files.unlabeled(), empty), false));
        Finding.limited(faults).forEach(fault -> findings.add(Finding.fault(fault)));
    }

    private static boolean isEmptyFile(Path file) {
        return Files.isRegularFile(file) && file.toFile().length() == 0;
    }

    private static List<Sample> without(List<Sample> samples, Set<Path> pictures) {
        return samples.stream()
                .filter(sample -> !pictures.contains(sample.picture()))
                .toList();
    }

    /** A picture with a mask is worth mending; one of many without is left out. */
    private static void unreadable(Collected files, PictureCheck check, List<Finding> findings) {
        Set<Path> masked = new HashSet<>();
        Stream.concat(files.labeled().stream(), files.validation().stream())
                .forEach(sample -> masked.add(sample.picture()));
        List<String> faults = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        check.problems().forEach((picture, problem) -> (masked.contains(picture) ? faults : leftOut).add(problem));
        Finding.limited(faults).forEach(fault -> findings.add(Finding.fault(fault)));
        if (leftOut.isEmpty()) {
            return;
        }
        if (!files.unlabeled().isEmpty() && leftOut.size() == files.unlabeled().size()) {
            findings.add(Finding.fault(
                    "none of the " + leftOut.size() + " unlabelled pictures can be read: " + leftOut.get(0)));
        } else {
            findings.add(
                    Finding.warning(leftOut.size() + " of " + files.unlabeled().size()
                            + " unlabelled pictures cannot be read and " + (leftOut.size() == 1 ? "is" : "are")
                            + " left out: " + String.join("; ", Finding.limited(leftOut))));
        }
    }

    /**
     * Pictures that their EXIF mark turns, while their masks carry no such mark: where the sizes tell, a mask that was
     * drawn over the stored picture is a fault; where they do not, nobody can tell.
     *
     * @return pictures whose masks do not fit
     */
    private static Set<Path> turned(Collected files, PictureCheck check, List<Finding> findings) {
        Set<Path> unfit = new HashSet<>();
        List<String> faults = new ArrayList<>();
        List<String> untold = new ArrayList<>();
        Stream.concat(files.labeled().stream(), files.validation().stream())
                .filter(sample -> sample.mask() != null && Files.isRegularFile(sample.mask()))
                .forEach(sample -> {
                    PictureHeader header = check.headers().get(sample.picture());
                    if (header == null || header.orientation() == 1) {
                        return;
                    }
                    ImageSize mask = maskSize(sample.mask());
                    if (header.shown().equals(header.stored())) {
                        untold.add(sample.picture().toString());
                    } else if (header.stored().equals(mask)) {
                        unfit.add(sample.picture());
                        faults.add(sample.mask() + " is " + told(mask) + ", its picture is " + told(header.shown())
                                + " as shown, turned by its EXIF orientation (stored " + told(header.stored())
                                + "); turn the mask too, or remove the mark from the picture");
                    }
                });
        Finding.limited(faults).forEach(fault -> findings.add(Finding.fault(fault)));
        if (!untold.isEmpty()) {
            findings.add(Finding.warning(untold.size() + (untold.size() == 1 ? " picture" : " pictures")
                    + " with masks " + (untold.size() == 1 ? "is" : "are")
                    + " turned by their EXIF orientation, their masks are not: " + Finding.named(untold)
                    + "; check that the masks fit the pictures as they are shown, or remove the marks"));
        }
        return unfit;
    }

    /** Null where the mask's own fault is told by whoever reads it. */
    private static ImageSize maskSize(Path mask) {
        try {
            return ImageFiles.size(mask);
        } catch (UserException e) {
            return null;
        }
    }

    private static String told(ImageSize size) {
        return size.width() + "x" + size.height();
    }
}
