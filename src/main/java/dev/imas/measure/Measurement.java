package dev.imas.measure;

import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.image.LabelMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Figures of a set of pictures, added one by one; a picture takes some hundred bytes, whatever its size. Not for
 * several threads at once.
 */
public final class Measurement {
    private final AbsentClasses absent;
    private final BoundaryF1 boundaries;
    private final ConfusionMatrix matrix;
    private final double[] boundarySums;
    private final int[] boundaryPictures;
    private final List<PictureScore> pictures = new ArrayList<>();

    /**
     * @param classes   number of classes C
     * @param absent    what classes that no true pixel of the set shows are in the set's means
     * @param tolerance of {@link BoundaryF1}, in pixels
     */
    public Measurement(int classes, AbsentClasses absent, double tolerance) {
        this.absent = absent;
        this.boundaries = new BoundaryF1(tolerance);
        this.matrix = new ConfusionMatrix(classes);
        this.boundarySums = new double[classes];
        this.boundaryPictures = new int[classes];
    }

    /** Adds a picture. */
    public PictureScore add(String id, LabelMap truth, LabelMap prediction) {
        int classes = matrix.classes();
        ConfusionMatrix counts = ConfusionMatrix.of(truth, prediction, classes);
        double[] edges = boundaries.of(truth, prediction, classes);
        matrix.add(counts);
        for (int c = 0; c < classes; c++) {
            if (!Double.isNaN(edges[c])) {
                boundarySums[c] += edges[c];
                boundaryPictures[c]++;
            }
        }
        PictureScore score = new PictureScore(
                id,
                truth.width(),
                truth.height(),
                counts.total(),
                counts.accuracy(),
                ofPicture(counts.each(counts::iou), counts::occurs),
                ofPicture(counts.each(counts::dice), counts::occurs),
                ofPicture(edges, c -> !Double.isNaN(edges[c])),
                counts.each(c -> counts.occurs(c) ? counts.iou(c) : Double.NaN),
                counts.largestMistake());
        pictures.add(score);
        return score;
    }

    /** Of many classes a picture holds few, which are what it can be right in. */
    private static double ofPicture(double[] figures, IntPredicate occurs) {
        boolean some = IntStream.range(0, figures.length).anyMatch(c -> occurs.test(c) && !Double.isNaN(figures[c]));
        return some ? Overlap.mean(figures, occurs, AbsentClasses.SKIP) : Double.NaN;
    }

    /** The whole set's pixels. */
    public ConfusionMatrix matrix() {
        return matrix;
    }

    /** Mean IoU of the set's pixels, as training measures it. */
    public double miou() {
        return matrix.meanIou(absent);
    }

    /** IoU of a class; of one that no true pixel shows what it counts in {@link #miou}, NaN if it is left out there. */
    public double iou(int c) {
        return matrix.isTrue(c) || absent == AbsentClasses.ZERO ? matrix.iou(c) : Double.NaN;
    }

    public double meanDice() {
        return matrix.meanDice(absent);
    }

    /** Of a class the mean over the pictures in which it has a boundary; NaN where it has none in any. */
    public double boundaryF1(int c) {
        return boundaryPictures[c] == 0 ? Double.NaN : boundarySums[c] / boundaryPictures[c];
    }

    /** Number of pictures in which a class has a boundary, which {@link #boundaryF1} is the mean over. */
    public int boundaryPictures(int c) {
        return boundaryPictures[c];
    }

    /** Mean over the classes, of which those that the truth does not show count as in {@link #miou}. */
    public double meanBoundaryF1() {
        return Overlap.mean(matrix.each(this::boundaryF1), matrix::isTrue, absent);
    }

    /** In the order in which they were added. */
    public List<PictureScore> pictures() {
        return Collections.unmodifiableList(pictures);
    }
}
