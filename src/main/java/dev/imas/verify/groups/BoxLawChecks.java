package dev.imas.verify.groups;

import static dev.imas.verify.engine.GoldenData.field;
import static dev.imas.verify.engine.GoldenData.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.imas.common.Rng;
import dev.imas.semi.CutMixBoxes;
import dev.imas.verify.engine.Comparison;

/**
 * The law of the CutMix boxes (method 3.4) against recorded statistics of many draws. Means have the standard error of
 * two samples; extremes and sizes are exact where there are enough draws to reach every centre.
 */
final class BoxLawChecks {
    /** Standard errors granted to a mean; the draws are always the same, so a pass stays a pass. */
    private static final double STANDARD_ERRORS = 4;
    /** Standard deviation of a box edge in units of the side, and of the area in units of its mean. */
    private static final double EDGE_DEVIATION = 0.3;

    private static final double AREA_DEVIATION = 0.6;

    /** Draws for each row or column, after which one that was never drawn has a chance of 1e-10. */
    private static final int DRAWS_FOR_EXTREMES = 25;

    private BoxLawChecks() {}

    static void run(Comparison compare, String name, JsonNode recorded) {
        int height = field(recorded, "H").asInt();
        int width = field(recorded, "W").asInt();
        int samples = field(recorded, "samples").asInt();
        int[][] boxes =
                CutMixBoxes.draw(Rng.of(0, "verify box law"), samples, height, width, number(field(recorded, "v")));
        double error = STANDARD_ERRORS * Math.sqrt(2.0 / samples);
        String[] edges = {"top", "left", "bottom", "right"};
        for (int e = 0; e < edges.length; e++) {
            int side = e % 2 == 0 ? height : width;
            mean(
                    compare,
                    name + ".box_mean",
                    number(field(recorded, "mean_" + edges[e])) / side,
                    mean(boxes, e) / side,
                    error * EDGE_DEVIATION);
        }
        double area = 0;
        for (int[] box : boxes) {
            area += (double) (box[2] - box[0]) * (box[3] - box[1]) / ((double) height * width * samples);
        }
        compare.relative(
                name + ".box_area", number(field(recorded, "mean_area_fraction")), area, error * AREA_DEVIATION);
        if (samples >= DRAWS_FOR_EXTREMES * Math.max(height, width)) {
            extremes(compare, name, recorded, boxes);
        }
    }

    private static void extremes(Comparison compare, String name, JsonNode recorded, int[][] boxes) {
        compare.equal(name + ".box_extreme", field(recorded, "min_top").asLong(), extreme(boxes, 0, -1));
        compare.equal(name + ".box_extreme", field(recorded, "min_left").asLong(), extreme(boxes, 1, -1));
        compare.equal(name + ".box_extreme", field(recorded, "max_bottom").asLong(), extreme(boxes, 2, 1));
        compare.equal(name + ".box_extreme", field(recorded, "max_right").asLong(), extreme(boxes, 3, 1));
        int rows = 0;
        int columns = 0;
        for (int[] box : boxes) {
            rows = Math.max(rows, box[2] - box[0]);
            columns = Math.max(columns, box[3] - box[1]);
        }
        compare.equal(name + ".box_size", field(recorded, "max_rows").asLong(), rows);
        compare.equal(name + ".box_size", field(recorded, "max_cols").asLong(), columns);
    }

    private static void mean(Comparison compare, String name, double recorded, double found, double tolerance) {
        compare.report(name, Math.abs(recorded - found), tolerance, "");
    }

    private static double mean(int[][] boxes, int edge) {
        double sum = 0;
        for (int[] box : boxes) {
            sum += box[edge];
        }
        return sum / boxes.length;
    }

    /** The largest (sign 1) or smallest (sign -1) edge. */
    private static long extreme(int[][] boxes, int edge, int sign) {
        long extreme = boxes[0][edge];
        for (int[] box : boxes) {
            extreme = sign * Math.max(sign * extreme, sign * (long) box[edge]);
        }
        return extreme;
    }
}
