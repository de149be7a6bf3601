package dev.imas.annotations;

import dev.imas.image.ImageSize;
import java.util.List;
import java.util.Optional;

/** What a file says about one picture. */
interface AnnotatedPicture {
    /** The file, and the place in it where it holds several. */
    String origin();

    /** What the picture may be called, the likeliest first; with or without folders, as the other program has it. */
    List<String> names();

    /** The picture's size, if the file says it. */
    Optional<ImageSize> size();

    /**
     * The annotations, the lowest first.
     *
     * @param picture its true size
     */
    List<Annotation> annotations(ImageSize picture);

    /** One that is held in memory. */
    record Held(String origin, List<String> names, Optional<ImageSize> size, List<Annotation> annotations)
            implements AnnotatedPicture {
        @Override
        public List<Annotation> annotations(ImageSize picture) {
            return annotations;
        }
    }
}
