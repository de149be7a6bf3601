package dev.imas.data;

import dev.imas.common.UserException;
import dev.imas.config.ImasConfig;
import dev.imas.config.ImasConfig.Layout;
import dev.imas.config.ImasConfig.Sparse;
import dev.imas.config.PictureInput;
import dev.imas.data.FileImages.Sample;
import dev.imas.image.PictureNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Pictures of which one may be annotated next: without those that a run learns from with their masks, or validates on.
 *
 * @param pictures  those whose files are there, in the order of their list
 * @param missing   a line for every other
 * @param annotated how many were left out, for they have masks
 * @param names     what a run over all of the list may have called each picture, the likeliest first: names that can
 *                  be no other's
 * @param learned   pictures that the run learns from with their masks, as far as their files are there
 */
public record Unannotated(
        ImageSource pictures, List<String> missing, int annotated, List<List<String>> names, ImageSource learned) {
    private static final Collected NONE = new Collected(List.of(), List.of(), List.of());

    /** Those of a run, by its settings; none where all have masks, whatever its method. */
    public static Unannotated of(ImasConfig config) {
        return of(config, note -> {});
    }

    /** @param notes told what a folder was recognised as */
    public static Unannotated of(ImasConfig config, Consumer<String> notes) {
        ImasConfig found = DataFolder.resolved(config, notes);
        if (found.data().layout() == Layout.EMBEDDED) {
            ImasConfig apart = found.withData(found.data().withSparse(Sparse.OFF));
            Dataset generated = Dataset.open(apart);
            ImageSource scenes = generated.unlabeled();
            return new Unannotated(
                    scenes,
                    List.of(),
                    0,
                    IntStream.range(0, scenes.size())
                            .mapToObj(i -> List.of(scenes.id(i)))
                            .toList(),
                    generated.labeled());
        }
        Collected files = collected(found);
        return of(files.unlabeled(), files, found);
    }

    /** With the labelled pictures among the unlabelled ones it is no fault that there are no others. */
    private static Collected collected(ImasConfig found) {
        return Collected.of(found.withData(found.data().withSparse(Sparse.ON)));
    }

    /**
     * Those among some files.
     *
     * @param config of a run whose pictures with masks are left out
     */
    public static Unannotated among(List<Path> files, ImasConfig config) {
        requirePictures(files);
        ImasConfig found = DataFolder.resolved(config, note -> {});
        return among(files, found.data().layout() == Layout.EMBEDDED ? NONE : collected(found), found);
    }

    /** Some files, which no run knows. */
    public static Unannotated ofUnknown(List<Path> files, ImasConfig config) {
        requirePictures(files);
        return among(files, NONE, config);
    }

    /** Masks in a folder of their own beside pictures would be taken for more of these. */
    private static void requirePictures(List<Path> files) {
        Map<Boolean, List<Path>> inMasks =
                files.stream().collect(Collectors.partitioningBy(Unannotated::liesAmongMasks));
        if (!inMasks.get(true).isEmpty() && !inMasks.get(false).isEmpty()) {
            throw new UserException(inMasks.get(true).size() + " of " + files.size()
                    + " files lie in folders that are called as those of masks are, such as "
                    + inMasks.get(true).get(0) + "; name the folder of the pictures alone, or the whole with --data,"
                    + " where pictures with masks count as chosen");
        }
    }

    private static boolean liesAmongMasks(Path file) {
        Path folder = file.toAbsolutePath().getParent().getFileName();
        return folder != null && FolderWords.of(folder.toString()).kind() == FolderWords.Kind.MASKS;
    }

    private static Unannotated among(List<Path> files, Collected known, ImasConfig config) {
        List<Sample> samples = files.stream()
                .map(file -> new Sample(file.toString(), file, null, "--input"))
                .toList();
        return of(samples, known, config);
    }

    private static Unannotated of(List<Sample> samples, Collected known, ImasConfig config) {
        Set<Path> annotated = real(known);
        List<Sample> open = samples.stream()
                .filter(sample -> !annotated.contains(real(sample.picture())))
                .toList();
        List<String> missing = new ArrayList<>();
        List<Sample> there = new ArrayList<>();
        for (Sample sample : open) {
            List<String> faults = FileImages.faults(List.of(sample), false);
            missing.addAll(faults);
            if (faults.isEmpty()) {
                there.add(sample);
            }
        }
        List<Sample> learned = known.labeled().stream()
                .filter(sample -> FileImages.faults(List.of(sample), false).isEmpty())
                .toList();
        return new Unannotated(
                images(there, config),
                missing,
                samples.size() - open.size(),
                names(there, samples),
                images(learned, config));
    }

    private static ImageSource images(List<Sample> samples, ImasConfig config) {
        PictureReader reader = new PictureReader(PictureInput.of(config.data()));
        return new FileImages(samples, MaskReading.of(config.data()), false, reader);
    }

    /** The settings with the range of these pictures' values, where that is open ({@link PictureSurvey#settle}). */
    public ImasConfig settle(ImasConfig config, Consumer<String> notes) {
        ImageSource none = images(List.of(), config);
        return PictureSurvey.settle(config, new Dataset(learned, pictures, none, List.of(), List.of()), notes);
    }

    private static List<List<String>> names(List<Sample> some, List<Sample> all) {
        Map<String, Long> stems = all.stream()
                .collect(Collectors.groupingBy(sample -> PictureNames.stem(sample.entry()), Collectors.counting()));
        List<List<String>> names = new ArrayList<>();
        for (Sample sample : some) {
            String stem = PictureNames.stem(sample.entry());
            String path = FileImages.pathName(sample);
            names.add(stems.get(stem) == 1 ? List.of(stem, path) : List.of(path));
        }
        return List.copyOf(names);
    }

    private static Set<Path> real(Collected files) {
        return files.masked().map(sample -> real(sample.picture())).collect(Collectors.toCollection(HashSet::new));
    }

    private static Path real(Path file) {
        try {
            return Files.exists(file)
                    ? file.toRealPath()
                    : file.toAbsolutePath().normalize();
        } catch (IOException e) {
            return file.toAbsolutePath().normalize(); // whoever opens it tells what is wrong
        }
    }
}
