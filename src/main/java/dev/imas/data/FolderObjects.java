package dev.imas.data;

import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.image.ImageFiles;
import dev.imas.image.ImageSize;
import dev.imas.image.PictureNames;
import dev.imas.image.StoredMask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder with one mask an object, as one mask that holds the objects' numbers. */
final class FolderObjects {
    private FolderObjects() {}

    /**
     * Numbers the objects from 1 in the order of their files' names; whatever is not 0 belongs to an object, and where
     * two overlap to the later one.
     *
     * @param picture size of the picture, which every mask must have
     */
    static StoredMask read(Path folder, ImageSize picture) {
        int[] numbers = new int[Math.multiplyExact(picture.width(), picture.height())];
        int number = 0;
        for (Path file : files(folder)) {
            number++;
            int[] object = ImageFiles.storedMask(file, picture).values();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = object[i] != 0 ? number : numbers[i];
            }
        }
        return new StoredMask(picture.width(), picture.height(), numbers, false, List.of(), false);
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
