package dev.imas.measure;

import dev.imas.measure.ConfusionMatrix.Mistake;
import java.util.Comparator;
import java.util.Optional;

/**
 * What one picture was predicted like. Shares are in [0,1]; the means are over the classes that the picture's truth or
 * prediction holds, whatever is said of absent classes, and NaN for a picture whose whole truth is ignored.
 *
 * @param id         the picture's name in its collection
 * @param counted    pixels whose truth is not ignored
 * @param accuracy   share of them that is right
 * @param miou       mean IoU
 * @param dice       mean Dice
 * @param boundaryF1 mean {@link BoundaryF1} of the classes that have a boundary; NaN where none has
 * @param iou        of every class; NaN for one that is in neither map
 * @param mistake    the largest
 */
public record PictureScore(
        String id,
        int width,
        int height,
        long counted,
        double accuracy,
        double miou,
        double dice,
        double boundaryF1,
        double[] iou,
        Optional<Mistake> mistake) {
    /** By mIoU, the lowest first; pictures without one last. */
    public static final Comparator<PictureScore> WORST_FIRST = Comparator.comparingDouble(PictureScore::miou);

    /** The same with another largest mistake, which tables of scores do not tell. */
    public PictureScore with(Optional<Mistake> largest) {
        return new PictureScore(id, width, height, counted, accuracy, miou, dice, boundaryF1, iou, largest);
    }
}
