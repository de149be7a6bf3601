package dev.imas.data;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.config.Colors;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.PictureNames;
import dev.imas.image.StoredMask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A folder with one mask an object, as one mask that holds the objects' numbers. */
final class FolderObjects {
    private static final int TOLD = 4;

    private FolderObjects() {}

    /**
     * Numbers the objects from 1 in the order of their files' names; where two overlap the pixel belongs to the later
     * one.
     *
     * @param picture size of the picture, which every mask must have
     * @throws UserException where a mask holds more than 0 and one other value
     */
    static StoredMask read(Path folder, ImageSize picture) {
        int[] numbers = new int[Math.multiplyExact(picture.width(), picture.height())];
        int number = 0;
        boolean negated = false;
        List<Path> files = files(folder);
        List<String> faults = new ArrayList<>();
        for (Path file : files) {
            number++;
            StoredMask object = ImageFiles.storedMask(file, picture);
            negated |= object.negated();
            fault(object).ifPresent(fault -> faults.add(file + " " + fault));
            int[] values = object.values();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = values[i] != 0 ? number : numbers[i];
            }
        }
        if (!faults.isEmpty()) {
            String all = faults.size() == 1 ? "" : " (so do " + faults.size() + " of " + files.size() + " files there)";
            throw new UserException(faults.get(0) + all + "; a mask of one object has 0 and one other value: save it"
                    + " anew as PNG, without smoothing, compression or transparency");
        }
        return new StoredMask(picture.width(), picture.height(), numbers, false, List.of(), false, negated);
    }

    /** Why a mask does not say which pixels are its object. */
    private static Optional<String> fault(StoredMask object) {
        if (object.alpha()) {
            return Optional.of("has a shape in its transparency (alpha), which is not read");
        }
        return isOfOneValue(object.values())
                ? Optional.empty()
                : Optional.of("holds more than one value beside 0, such as "
                        + IntStream.of(object.values())
                                .filter(value -> value != 0)
                                .distinct()
                                .limit(TOLD)
                                .mapToObj(value -> object.colour() ? Colors.hex(value) : String.valueOf(value))
                                .collect(Collectors.joining(", ")));
    }

    /** Beside 0; masks are read again for every sample, so that nothing is collected here. */
    private static boolean isOfOneValue(int[] values) {
        int one = 0;
        for (int value : values) {
            if (value != 0 && value != one) {
                if (one != 0) {
                    return false;
                }
                one = value;
            }
        }
        return true;
    }

    /** The masks of a folder, in the order of their names. */
    static List<Path> files(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> !FolderTree.ignored(file)
                            && PictureNames.isPicture(file.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserException(folder + " cannot be listed (" + FileProblem.of(e, folder) + ")", e);
        }
    }
}
