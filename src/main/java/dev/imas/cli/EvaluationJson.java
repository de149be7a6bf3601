package dev.imas.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.measure.Measurement;
import dev.imas.measure.PictureScore;
import dev.imas.report.Evaluated;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An evaluation as one JSON object: shares in [0,1], null where there is no figure. */
final class EvaluationJson {
    private EvaluationJson() {}

    static String of(Evaluated evaluated) throws JsonProcessingException {
        Measurement measurement = evaluated.measurement();
        ConfusionMatrix matrix = measurement.matrix();
        Map<String, Object> iou = new LinkedHashMap<>();
        for (int c = 0; c < matrix.classes(); c++) {
            iou.put(evaluated.names().get(c), share(measurement.iou(c)));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("miou", measurement.miou());
        result.put("images", measurement.pictures().size());
        result.putAll(evaluated.seen());
        result.put("iou", iou);
        result.put("pixel_accuracy", share(matrix.accuracy()));
        result.put("mean_dice", measurement.meanDice());
        result.put("mean_boundary_f1", measurement.meanBoundaryF1());
        result.put("boundary_tolerance", evaluated.tolerance());
        result.put("absent_classes", evaluated.absent().name().toLowerCase(Locale.ROOT));
        result.put("classes", classes(evaluated));
        result.put("confusion", confusion(matrix));
        result.put("pictures", pictures(evaluated));
        return new ObjectMapper().writeValueAsString(result);
    }

    private static List<Object> classes(Evaluated evaluated) {
        ConfusionMatrix matrix = evaluated.measurement().matrix();
        List<Object> classes = new ArrayList<>();
        for (int c = 0; c < matrix.classes(); c++) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("name", evaluated.names().get(c));
            figures.put("true_pixels", matrix.truth(c));
            figures.put("predicted_pixels", matrix.predicted(c));
            figures.put("iou", share(evaluated.measurement().iou(c)));
            figures.put("dice", share(matrix.dice(c)));
            figures.put("precision", share(matrix.precision(c)));
            figures.put("recall", share(matrix.recall(c)));
            figures.put("boundary_f1", share(evaluated.measurement().boundaryF1(c)));
            figures.put("boundary_pictures", evaluated.measurement().boundaryPictures(c));
            classes.add(figures);
        }
        return classes;
    }

    /** A row a true class, in it a number a predicted one. */
    private static long[][] confusion(ConfusionMatrix matrix) {
        long[][] rows = new long[matrix.classes()][matrix.classes()];
        for (int t = 0; t < rows.length; t++) {
            for (int p = 0; p < rows.length; p++) {
                rows[t][p] = matrix.count(t, p);
            }
        }
        return rows;
    }

    private static List<Object> pictures(Evaluated evaluated) {
        List<Object> pictures = new ArrayList<>();
        for (PictureScore score : evaluated.measurement().pictures()) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("picture", score.id());
            figures.put("width", score.width());
            figures.put("height", score.height());
            figures.put("pixels", score.counted());
            figures.put("pixel_accuracy", share(score.accuracy()));
            figures.put("miou", share(score.miou()));
            figures.put("mean_dice", share(score.dice()));
            figures.put("mean_boundary_f1", share(score.boundaryF1()));
            List<Object> iou = new ArrayList<>();
            for (double ofClass : score.iou()) {
                iou.add(share(ofClass));
            }
            figures.put("iou", iou);
            pictures.add(figures);
        }
        return pictures;
    }

    private static Double share(double share) {
        return Double.isNaN(share) ? null : share;
    }
}
