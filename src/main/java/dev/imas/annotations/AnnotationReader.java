package dev.imas.annotations;

import java.nio.file.Path;
import java.util.List;

/** Reads the annotations of one format. */
interface AnnotationReader {
    /** Whether a file in a folder of annotations is one of the format, by its name. */
    boolean reads(Path file);

    /**
     * The pictures that a file annotates.
     *
     * @param findings told what is left out
     * @throws dev.imas.common.UserException when the file is broken
     */
    List<AnnotatedPicture> read(Path file, Findings findings);

    /** Classes that the files declare whether they occur or not, in their order; known after reading. */
    default List<String> declared() {
        return List.of();
    }
}
