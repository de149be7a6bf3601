package dev.imas.report;

import dev.imas.report.Compared.Curve;
import dev.imas.report.Compared.Group;
import dev.imas.report.Compared.Row;
import java.util.Arrays;

/** mIoU over the epochs, a chart a group: the mean over the seeds, and from the worst seed to the best. */
final class ComparisonCurves {
    private ComparisonCurves() {}

    static String html(Compared compared) {
        StringBuilder charts = new StringBuilder();
        for (Group group : compared.groups()) {
            if (group.rows().stream().anyMatch(row -> row.curve().epochs().length > 0)) {
                charts.append(chart(group));
            }
        }
        if (charts.isEmpty()) {
            return "";
        }
        boolean bands = compared.groups().stream()
                .flatMap(group -> group.rows().stream())
                .anyMatch(row -> spread(row.curve()));
        return Html.section(
                "curves",
                "Curves",
                "mIoU at every evaluation, of the teacher, or of the better of student and teacher in runs that keep"
                        + " their best; the mean over the seeds"
                        + (bands ? "; the area reaches from the worst seed to the best." : "."),
                "<div class=\"charts curves\">\n" + charts + "</div>\n");
    }

    private static String chart(Group group) {
        double end = group.rows().stream()
                .flatMapToDouble(row -> Arrays.stream(row.curve().epochs()))
                .max()
                .orElse(1);
        Chart chart = new Chart(
                        group.title().isEmpty() ? "mIoU on the validation pictures" : group.title(),
                        "epoch",
                        "% mIoU",
                        Format::percent)
                .percent()
                .horizontal(0, end, true)
                .from(lowest(group));
        for (Row row : group.rows()) { // areas lie under all lines
            if (spread(row.curve())) {
                Curve curve = row.curve();
                chart.area("area " + ComparisonPage.look(row.place()), curve.epochs(), curve.low(), curve.high());
            }
        }
        for (Row row : group.rows()) {
            Curve curve = row.curve();
            if (curve.epochs().length > 0) {
                chart.dots(row.name(), ComparisonPage.look(row.place()), new Series(curve.epochs(), curve.mean()));
            }
        }
        return chart.html();
    }

    private static double lowest(Group group) {
        return group.rows().stream()
                .flatMapToDouble(row -> Arrays.stream(row.curve().low()))
                .min()
                .orElse(0);
    }

    private static boolean spread(Curve curve) {
        return !Arrays.equals(curve.low(), curve.high());
    }
}
