package dev.imas.report;

import dev.imas.report.Metrics.Row;
import dev.imas.report.Metrics.Series;
import java.util.Arrays;

/** The figures one wants to know before anything else; what is unknown is left out. */
final class Tiles {
    private Tiles() {
    }

    static String html(Run run) {
        StringBuilder tiles = new StringBuilder();
        Metrics m = run.metrics();
        tile(tiles, "student mIoU", Format.percent(run.miouStudent()), difference(run));
        best(tiles, run);
        tile(tiles, "mean γ", Format.fixed(tail(m.series(Row::gammaMean)), 2), "last tenth of the run");
        tile(tiles, "confident pixels", Format.percent(tail(m.series(Row::confidentRatio))), "last tenth of the run");
        throughput(tiles, m.series(Row::imagesPerSecond), Format.percent(run.number("data_wait_share")));
        steps(tiles, run);
        memory(tiles, run);
        tile(tiles, "device", run.text("device", Format.NONE), run.text("precision", ""));
        return tiles.isEmpty() ? "" : "<div class=\"tiles\">\n" + tiles + "</div>\n";
    }

    private static void tile(StringBuilder tiles, String name, String value, String remark) {
        if (!value.equals(Format.NONE)) {
            tiles.append("<div><span>").append(Html.escape(name)).append("</span><b>").append(Html.escape(value)).append("</b><small>")
                    .append(Html.escape(remark)).append("</small></div>\n");
        }
    }

    private static String difference(Run run) {
        double d = run.miouStudent() - run.miouTeacher();
        return Double.isNaN(d) ? "" : Format.points(d) + " to the teacher";
    }

    private static void best(StringBuilder tiles, Run run) {
        double best = run.number("best_teacher");
        double epoch = run.number("best_epoch");
        for (Row row : run.metrics().rows()) {
            // A run without summary: the first of the best.
            if (Double.isNaN(best) || !run.finished() && row.miouTeacher() > best) {
                best = row.miouTeacher();
                epoch = row.epoch();
            }
        }
        tile(tiles, "best teacher mIoU", Format.percent(best), Double.isNaN(epoch) ? "" : "epoch " + Format.count((long) epoch));
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
            tile(tiles, "throughput", Format.significant(sorted[sorted.length / 2]), "images per second, median" + (waiting.equals(Format.NONE) ? "" : "; " + waiting + " waiting for data"));
        }
    }

    private static void steps(StringBuilder tiles, Run run) {
        Metrics m = run.metrics();
        double steps = run.number("steps");
        double epochs = run.number("epochs");
        if (Double.isNaN(steps) && !m.rows().isEmpty()) {
            steps = m.last().step();
            epochs = m.last().epoch();
        }
        if (!Double.isNaN(steps)) {
            tile(tiles, "steps", Format.count((long) steps), Double.isNaN(epochs) ? "" : Format.count((long) epochs) + ((long) epochs == 1 ? " epoch" : " epochs"));
        }
    }

    private static void memory(StringBuilder tiles, Run run) {
        String first = Format.megabytes(run.number("rss_first"));
        tile(tiles, "memory at the end", Format.megabytes(run.number("rss_last")), first.equals(Format.NONE) ? "" : first + " after the start");
    }
}
