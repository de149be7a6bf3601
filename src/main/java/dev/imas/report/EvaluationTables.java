package dev.imas.report;

import dev.imas.measure.ConfusionMatrix;
import dev.imas.measure.Measurement;
import dev.imas.measure.PictureScore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.apache.commons.csv.CSVFormat;

/** An evaluation's figures as CSV: shares in [0,1], an empty cell where there is no figure. */
final class EvaluationTables {
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT;

    /** Above the true classes in the table of mistakes. */
    static final String TRUTH = "truth \\ prediction";
    /** What is told of every picture, before the IoU of each class. */
    static final List<String> OF_PICTURE =
            List.of("picture", "width", "height", "pixels", "pixel_accuracy", "miou", "mean_dice", "mean_boundary_f1");

    private EvaluationTables() {}

    static String classes(List<String> names, Measurement measurement) {
        ConfusionMatrix matrix = measurement.matrix();
        StringBuilder rows = new StringBuilder();
        row(
                rows,
                "class",
                "true_pixels",
                "predicted_pixels",
                "iou",
                "dice",
                "precision",
                "recall",
                "boundary_f1",
                "boundary_pictures");
        for (int c = 0; c < matrix.classes(); c++) {
            row(
                    rows,
                    names.get(c),
                    matrix.truth(c),
                    matrix.predicted(c),
                    share(measurement.iou(c)),
                    share(matrix.dice(c)),
                    share(matrix.precision(c)),
                    share(matrix.recall(c)),
                    share(measurement.boundaryF1(c)),
                    measurement.boundaryPictures(c));
        }
        return rows.toString();
    }

    static String confusion(List<String> names, ConfusionMatrix matrix) {
        StringBuilder rows = new StringBuilder();
        row(rows, with(TRUTH, names));
        for (int t = 0; t < matrix.classes(); t++) {
            int truth = t;
            row(
                    rows,
                    with(
                            names.get(t),
                            LongStream.range(0, matrix.classes())
                                    .mapToObj(p -> matrix.count(truth, (int) p))
                                    .toList()));
        }
        return rows.toString();
    }

    static String pictures(List<String> names, List<PictureScore> pictures) {
        StringBuilder rows = new StringBuilder();
        List<Object> header = new ArrayList<>(OF_PICTURE);
        names.forEach(name -> header.add("iou " + name));
        row(rows, header.toArray());
        for (PictureScore score : pictures) {
            List<Object> cells = new ArrayList<>(List.of(
                    score.id(),
                    score.width(),
                    score.height(),
                    score.counted(),
                    share(score.accuracy()),
                    share(score.miou()),
                    share(score.dice()),
                    share(score.boundaryF1())));
            Arrays.stream(score.iou()).mapToObj(EvaluationTables::share).forEach(cells::add);
            row(rows, cells.toArray());
        }
        return rows.toString();
    }

    private static Object[] with(String first, List<?> others) {
        List<Object> all = new ArrayList<>();
        all.add(first);
        all.addAll(others);
        return all.toArray();
    }

    private static void row(StringBuilder rows, Object... cells) {
        rows.append(FORMAT.format(cells)).append('\n');
    }

    private static String share(double share) {
        return Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.6f", share);
    }
}
