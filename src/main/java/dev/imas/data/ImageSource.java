package dev.imas.data;

import dev.imas.image.LabelMap;
import dev.imas.image.Picture;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A numbered collection of pictures, with masks where the collection has them. Safe to use from several threads. */
public interface ImageSource {
    int size();

    /**
     * A sample as it was read.
     *
     * @param index its number
     * @param mask  null where none was asked for
     */
    record Loaded(int index, Picture picture, LabelMap mask) {}

    /** A short, unique, file-name-like name of picture i. */
    String id(int i);

    /** What tells sample i from others wherever the data set lies: its name and, with a mask, where that is. */
    default String identity(int i) {
        return id(i);
    }

    /**
     * Bytes of the heap that picture i and its mask take while they are read, as far as is known before; see {@link
     * dev.imas.image.DecodingRoom}.
     */
    default long memory(int i) {
        return 0;
    }

    /** Size in bytes of the files of sample i, of its mask too where there is one; -1 for what lies in no file. */
    default long bytes(int i) {
        return -1;
    }

    /** The files of picture i, of which the first stands for it; none for what lies in no file. */
    default List<Path> files(int i) {
        return List.of();
    }

    /** Picture i, with its mask or without; empty where it is broken and the collection goes on without it. */
    default Optional<Loaded> load(int i, boolean withMask) {
        Picture picture = image(i);
        return Optional.of(new Loaded(i, picture, withMask ? mask(i) : null));
    }

    /** Picture i; throws {@link dev.imas.common.UserException} naming the file when it cannot be read. */
    Picture image(int i);

    /**
     * Mask i, of the picture's size, values below the number of classes or 255. Never called for unlabelled images.
     * Throws {@link dev.imas.common.UserException} for a missing mask, another size or a label out of range.
     */
    LabelMap mask(int i);
}
