package dev.imas.report;

import dev.imas.run.Metrics;
import dev.imas.run.Metrics.Row;
import dev.imas.run.Summary.Figure;
import java.util.Arrays;

/** The figures one wants to know before anything else; what is unknown is left out. */
final class Tiles {
    private Tiles() {}

    static String html(Run run) {
        StringBuilder tiles = new StringBuilder();
        Metrics m = run.metrics();
        tile(tiles, "student mIoU", Format.percent(run.miouStudent()), difference(run));
        best(tiles, run);
        tile(tiles, "mean γ", Format.fixed(tail(Series.of(m, Row::gammaMean)), 2), "last tenth of the run");
        tile(
                tiles,
                "confident pixels",
                Format.percent(tail(Series.of(m, Row::confidentRatio))),
                "last tenth of the run");
        throughput(
                tiles,
                Series.of(m, Row::imagesPerSecond),
                Format.percent(run.summary().number(Figure.DATA_WAIT_SHARE)));
        steps(tiles, run);
        memory(tiles, run);
        tile(tiles, "device", run.text(Figure.DEVICE, Format.NONE), run.text(Figure.PRECISION, ""));
        return tiles.isEmpty() ? "" : "<div class=\"tiles\">\n" + tiles + "</div>\n";
    }

    static void tile(StringBuilder tiles, String name, String value, String remark) {
        if (!value.equals(Format.NONE)) {
            tiles.append("<div><span>")
                    .append(Html.escape(name))
                    .append("</span><b>")
                    .append(Html.escape(value))
                    .append("</b><small>")
                    .append(Html.escape(remark))
                    .append("</small></div>\n");
        }
    }

    private static String difference(Run run) {
        double d = run.miouStudent() - run.miouTeacher();
        return Double.isNaN(d) ? "" : Format.points(d) + " to the teacher";
    }

    private static void best(StringBuilder tiles, Run run) {
        double best = run.summary().number(Figure.BEST_MIOU);
        double epoch = run.summary().number(Figure.BEST_EPOCH);
        boolean known = !Double.isNaN(best);
        for (Row row : run.metrics().rows()) { // of a run without a summary: the first of the best
            if (!known && (Double.isNaN(best) || miou(row, run) > best)) {
                best = miou(row, run);
                epoch = row.epoch();
            }
        }
        tile(
                tiles,
                run.keepsBest() ? "best mIoU" : "best teacher mIoU",
                Format.percent(best),
                Double.isNaN(epoch) ? "" : "epoch " + Format.count((long) epoch));
    }

    /** Of the better of both where the run keeps the best, else of the teacher. */
    private static double miou(Row row, Run run) {
        return run.keepsBest() ? Math.max(row.miouTeacher(), row.miouStudent()) : row.miouTeacher();
    }

    /** Mean of the last tenth, at least one value. */
    private static double tail(Series series) {
        int n = series.y().length;
        return Arrays.stream(series.y(), n - (n + 9) / 10, n).average().orElse(Double.NaN);
    }

    private static void throughput(StringBuilder tiles, Series series, String waiting) {
        if (!series.isEmpty()) {
            double[] sorted = series.y().clone();
            Arrays.sort(sorted);
            tile(
                    tiles,
                    "throughput",
                    Format.significant(sorted[sorted.length / 2]),
                    "images per second, median"
                            + (waiting.equals(Format.NONE) ? "" : "; " + waiting + " waiting for data"));
        }
    }

    private static void steps(StringBuilder tiles, Run run) {
        Metrics m = run.metrics();
        double steps = run.summary().number(Figure.STEPS);
        double epochs = run.summary().number(Figure.EPOCHS);
        if (Double.isNaN(steps) && !m.rows().isEmpty()) {
            steps = m.last().step();
            epochs = m.last().epoch();
        }
        if (!Double.isNaN(steps)) {
            tile(tiles, "steps", Format.count((long) steps), Double.isNaN(epochs) ? "" : epochs((long) epochs, run));
        }
    }

    private static String epochs(long trained, Run run) {
        String planned = run.config().setting("training.epochs");
        boolean early = run.finished() && planned.matches("\\d{1,9}") && trained < Long.parseLong(planned);
        return Format.count(trained)
                + (early ? " of " + Format.count(Long.parseLong(planned)) : "")
                + (trained == 1 && !early ? " epoch" : " epochs")
                + (early ? ": it no longer got better" : "");
    }

    private static void memory(StringBuilder tiles, Run run) {
        String first = Format.megabytes(run.summary().number(Figure.RSS_FIRST));
        tile(
                tiles,
                "memory at the end",
                Format.megabytes(run.summary().number(Figure.RSS_LAST)),
                first.equals(Format.NONE) ? "" : first + " after the start");
    }
}
