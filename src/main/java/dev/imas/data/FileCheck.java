package dev.imas.data;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.PictureInput;
import dev.imas.data.FileImages.Sample;
import dev.imas.image.ImageSize;
import dev.imas.image.PictureHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether the files of a data set are there and can be read, and fit their masks' sizes.
 *
 * @param sound    the samples that can be used: without faults, and without unlabelled pictures that cannot be read
 * @param pictures what was found of each picture
 */
record FileCheck(Collected sound, PictureCheck pictures, List<Finding> findings) {
    /** @param config how pictures will be read, and whether broken ones are left out */
    static FileCheck of(Collected asked, ImasConfig config) {
        List<Finding> findings = new ArrayList<>();
        Collected files = config.data().skipBroken() ? withoutMissing(asked, findings) : asked;
        missing(files, findings);
        PictureReader reader = new PictureReader(PictureInput.of(config.data()));
        PictureCheck check = PictureCheck.of(
                files.masked().filter(FileCheck::exists).toList(),
                files.unlabeled().stream().filter(FileCheck::exists).toList(),
                reader,
                CheckedFiles.of(config.data(), reader));
        Set<Path> broken = new HashSet<>(check.problems().keySet());
        unreadable(files, check, config.data().skipBroken(), findings);
        broken.addAll(turned(files, check, findings));
        Collected sound = new Collected(
                usable(files.labeled(), true, broken),
                usable(files.unlabeled(), false, broken),
                usable(files.validation(), true, broken));
        return new FileCheck(sound, check, findings);
    }

    private static boolean exists(Sample sample) {
        return Files.isRegularFile(sample.picture());
    }

    private static List<Sample> usable(List<Sample> samples, boolean withMasks, Set<Path> broken) {
        Set<Path> seen = new HashSet<>();
        return samples.stream()
                .filter(sample -> seen.add(sample.picture()))
                .filter(sample -> !broken.contains(sample.picture()) && exists(sample))
                .filter(sample -> !withMasks || sample.mask() != null && sample.maskProblem() == null)
                .toList();
    }

    /** Leaves out what cannot even be opened. */
    private static Collected withoutMissing(Collected files, List<Finding> findings) {
        List<String> gone = new ArrayList<>();
        Collected there = new Collected(
                there(files.labeled(), true, gone),
                there(files.unlabeled(), false, gone),
                there(files.validation(), true, gone));
        leftOut(gone, files.all().count(), "pictures or their masks are missing, empty or locked", findings);
        return there;
    }

    private static List<Sample> there(List<Sample> samples, boolean withMasks, List<String> gone) {
        List<Sample> there = new ArrayList<>();
        for (Sample sample : samples) {
            String picture = problem(sample.picture());
            String mask = withMasks && sample.mask() != null ? problem(sample.mask()) : null;
            if (picture == null && mask == null) {
                there.add(sample);
            } else {
                gone.add(picture != null ? picture : mask);
            }
        }
        return there;
    }

    private static String problem(Path file) {
        String problem = Files.isDirectory(file) ? null : FileProblem.ofInput(file);
        return problem == null ? null : file + " " + problem;
    }

    /** Tells what {@code data.skip_broken} goes on without. */
    static void leftOut(List<String> broken, long of, String what, List<Finding> findings) {
        if (!broken.isEmpty()) {
            findings.add(Finding.warning(broken.size() + " of " + of + " " + what + " and left out (data.skip_broken): "
                    + String.join("; ", Finding.limited(broken))));
        }
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
    private static void unreadable(Collected files, PictureCheck check, boolean skip, List<Finding> findings) {
        Set<Path> masked = new HashSet<>();
        files.masked().forEach(sample -> masked.add(sample.picture()));
        List<String> faults = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        check.problems().forEach((picture, problem) -> (masked.contains(picture) ? faults : leftOut).add(problem));
        if (skip) {
            leftOut(faults, masked.size(), "pictures with masks cannot be read", findings);
        } else {
            Finding.limited(faults).forEach(fault -> findings.add(Finding.fault(fault)));
        }
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
     * Pictures and masks whose orientation marks (EXIF's, TIFF's) turn them in different ways: where the sizes tell
     * that the mask was drawn over the stored picture, that is a fault; where they do not, nobody can tell.
     *
     * @return pictures whose masks do not fit
     */
    private static Set<Path> turned(Collected files, PictureCheck check, List<Finding> findings) {
        Set<Path> unfit = new HashSet<>();
        List<String> faults = new ArrayList<>();
        List<String> pictures = new ArrayList<>();
        List<String> masks = new ArrayList<>();
        for (Masked masked : masked(files, check)) {
            Sample sample = masked.sample();
            PictureHeader picture = masked.picture();
            PictureHeader mask = masked.mask();
            boolean storedAlike = mask.stored().equals(picture.stored());
            if (!mask.shown().equals(picture.shown())) {
                if (storedAlike) {
                    unfit.add(sample.picture());
                    faults.add(unfit(sample, picture, mask));
                } // else it is of another size in any case, which is told by whoever reads it
            } else if (storedAlike) {
                boolean plain = mask.orientation() == 1;
                (plain ? pictures : masks).add((plain ? sample.picture() : sample.mask()).toString());
            }
        }
        Finding.limited(faults).forEach(fault -> findings.add(Finding.fault(fault)));
        if (!pictures.isEmpty()) {
            findings.add(Finding.warning(pictures.size() + (pictures.size() == 1 ? " picture" : " pictures")
                    + " with masks " + (pictures.size() == 1 ? "is" : "are")
                    + " turned by their EXIF orientation, their masks are not: " + Finding.named(pictures)
                    + "; check that the masks fit the pictures as they are shown, or remove the marks"));
        }
        if (!masks.isEmpty()) {
            findings.add(Finding.warning(masks.size()
                    + (masks.size() == 1 ? " mask is turned by its" : " masks are turned by their")
                    + " EXIF orientation otherwise than the picture: "
                    + Finding.named(masks)
                    + "; check that the masks fit the pictures as they are shown, or remove the marks"));
        }
        return unfit;
    }

    /** A picture and its mask, as their headers say. */
    private record Masked(Sample sample, PictureHeader picture, PictureHeader mask) {}

    /** Those that are turned in different ways, in the order of the lists. */
    private static List<Masked> masked(Collected files, PictureCheck check) {
        List<Sample> masked = files.masked()
                .filter(sample -> sample.mask() != null && check.headers().containsKey(sample.picture()))
                .toList();
        return masked.parallelStream()
                .filter(sample -> Files.isRegularFile(sample.mask()))
                .map(sample -> new Masked(sample, check.headers().get(sample.picture()), header(sample.mask())))
                .filter(pair -> pair.mask() != null
                        && pair.mask().orientation() != pair.picture().orientation())
                .toList();
    }

    private static String unfit(Sample sample, PictureHeader picture, PictureHeader mask) {
        return sample.mask() + " is " + told(mask) + ", its picture is " + told(picture)
                + (mask.orientation() == 1
                        ? "; turn the mask too, or remove the mark from the picture"
                        : "; turn the picture too, or remove the mark from the mask");
    }

    /** Null where the mask's own fault is told by whoever reads it. */
    private static PictureHeader header(Path mask) {
        try {
            return PictureHeader.alone(mask);
        } catch (UserException e) {
            return null;
        }
    }

    private static String told(PictureHeader header) {
        return told(header.shown())
                + (header.orientation() == 1
                        ? ""
                        : " as shown, turned by its EXIF orientation (stored " + told(header.stored()) + ")");
    }

    private static String told(ImageSize size) {
        return size.width() + "x" + size.height();
    }
}
