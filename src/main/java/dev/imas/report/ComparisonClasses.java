package dev.imas.report;

import dev.imas.config.Colors;
import dev.imas.report.Compared.ClassName;
import dev.imas.report.Compared.Group;
import dev.imas.report.Compared.Row;
import java.util.List;

/** IoU of every class under each method, the mean over the seeds. */
final class ComparisonClasses {
    private ComparisonClasses() {}

    static String html(Compared compared) {
        StringBuilder tables = new StringBuilder();
        for (Group group : compared.groups()) {
            List<Row> rows = group.rows().stream()
                    .filter(row -> row.iou().length == compared.classes().size() && row.iou().length > 0)
                    .toList();
            if (!rows.isEmpty()) {
                tables.append(table(group, rows, compared.classes()));
            }
        }
        return tables.isEmpty()
                ? ""
                : Html.section(
                        "classes",
                        "Classes",
                        "Intersection over union on the validation pictures, the mean over the seeds. The bar is the"
                                + " best method's, the marks are the methods.",
                        tables.toString());
    }

    private static String table(Group group, List<Row> rows, List<ClassName> classes) {
        StringBuilder heads = new StringBuilder();
        rows.forEach(row -> heads.append("<th scope=\"col\" class=\"n\">")
                .append(ComparisonPage.dot(row.place()))
                .append(Html.escape(row.name()))
                .append("</th>"));
        StringBuilder body = new StringBuilder();
        for (int c = 0; c < classes.size(); c++) {
            body.append("<tr><th scope=\"row\">")
                    .append(EvaluationPage.chip(Colors.hex(classes.get(c).colour())))
                    .append(Html.escape(classes.get(c).name()))
                    .append("</th><td class=\"strip\">")
                    .append(strip(rows, c))
                    .append("</td>");
            int best = best(rows, c);
            for (int r = 0; r < rows.size(); r++) {
                String figure = Format.percent(rows.get(r).iou()[c]);
                body.append("<td class=\"n\">")
                        .append(r == best ? "<b>" + figure + "</b>" : figure)
                        .append("</td>");
            }
            body.append("</tr>\n");
        }
        return "<div class=\"scroll\"><table class=\"compared\">\n"
                + (group.title().isEmpty() ? "" : "<caption>" + Html.escape(group.title()) + "</caption>\n")
                + "<thead><tr><th scope=\"col\">class</th><th scope=\"col\" class=\"axis\"><span>0</span>"
                + "<span>100\u00a0%</span></th>" + heads + "</tr></thead>\n<tbody>\n" + body
                + "</tbody></table></div>\n";
    }

    /** -1 where no figure is known. */
    private static int best(List<Row> rows, int c) {
        int best = -1;
        for (int r = 0; r < rows.size(); r++) {
            boolean known = Double.isFinite(rows.get(r).iou()[c]) && rows.get(r).place() >= 0;
            if (known && (best < 0 || rows.get(r).iou()[c] > rows.get(best).iou()[c])) {
                best = r;
            }
        }
        return best;
    }

    private static String strip(List<Row> rows, int c) {
        int best = best(rows, c);
        StringBuilder marks = new StringBuilder();
        if (best >= 0) {
            marks.append("<path class=\"best\" d=\"M0 11H")
                    .append(at(rows.get(best).iou()[c]))
                    .append("\"/>");
        }
        for (Row row : rows) {
            if (Double.isFinite(row.iou()[c])) {
                marks.append("<path class=\"tick ")
                        .append(ComparisonPage.look(row.place()))
                        .append("\" d=\"M")
                        .append(at(row.iou()[c]))
                        .append(" 3V19\"/>");
            }
        }
        return "<svg viewBox=\"0 0 240 22\" aria-hidden=\"true\"><path class=\"rail\" d=\"M0 11H240\"/>" + marks
                + "</svg>";
    }

    private static String at(double iou) {
        return Chart.coordinate(240 * Math.min(1, iou));
    }
}
