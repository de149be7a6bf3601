package dev.imas.annotations;

import dev.imas.common.UserException;
import dev.imas.image.ImageSize;
import java.util.List;

/**
 * Whether annotations were drawn on a picture of another size than the one they are imported with: then many lie
 * outside of it, and those that do not lie in wrong places.
 */
final class Outside {
    /** Of a picture's side; people draw a little beyond its edge. */
    private static final double BEYOND = 0.1;

    private static final int FAR = 1 << 28;
    /** Has room around the picture. */
    private static final Frame WIDE = new Frame(-FAR, -FAR, 1, 2 * FAR, 2 * FAR);

    private Outside() {}

    /**
     * Looks at annotations of a whole picture.
     *
     * @param sizeExpected files of this format say the size of the picture as a rule
     * @throws UserException where most lie outside, or any where the size should be said and is not
     */
    static void requireFew(
            Matches.Annotated picture, Matches.Source source, List<Annotation> all, boolean sizeExpected) {
        ImageSize size = picture.size();
        List<Annotation> outside = all.stream()
                .filter(annotation -> annotation.regions().stream().anyMatch(region -> isOutside(region, size)))
                .toList();
        boolean unsaid = sizeExpected && source.annotated().size().isEmpty();
        boolean most = outside.size() > 1 && 2 * outside.size() > all.size();
        if (most || unsaid && !outside.isEmpty()) {
            throw new UserException(
                    source.annotated().origin() + (unsaid ? " does not say its picture's size, and" : ":")
                            + " " + outside.size() + " of " + Words.count(all.size(), "annotation") + " (such as "
                            + outside.get(0).where() + ") " + (outside.size() == 1 ? "lies" : "lie") + " outside "
                            + picture.file() + ", which is " + size.width() + "x" + size.height()
                            + "; expected the picture that was annotated, in its size then");
        }
    }

    private static boolean isOutside(Region region, ImageSize size) {
        Box box = region.box(WIDE);
        if (box.isEmpty()) {
            return false;
        }
        int left = box.x() - FAR;
        int top = box.y() - FAR;
        return isOutside(left, left + box.width(), size.width()) || isOutside(top, top + box.height(), size.height());
    }

    /** Of columns or rows, the last one not included. */
    private static boolean isOutside(int first, int end, int side) {
        return end <= 0 || first >= side || -first > BEYOND * side || end - side > BEYOND * side;
    }
}
