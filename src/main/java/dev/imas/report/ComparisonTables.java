package dev.imas.report;

import dev.imas.report.Compared.Difference;
import dev.imas.report.Compared.Group;
import dev.imas.report.Compared.Result;
import dev.imas.report.Compared.Row;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** A group's runs and the differences between its rows, each with a small picture of itself. */
final class ComparisonTables {
    private ComparisonTables() {}

    static String html(Group group, String id, boolean only) {
        String title = group.title().isEmpty() || only && group.title().isEmpty() ? "Results" : group.title();
        StringBuilder body = new StringBuilder(rows(group));
        if (!group.differences().isEmpty()) {
            body.append(differences(group.differences()));
        }
        if (!group.remarks().isEmpty()) {
            body.append("<ul class=\"remarks\">");
            group.remarks()
                    .forEach(remark ->
                            body.append("<li>").append(Html.escape(remark)).append("</li>"));
            body.append("</ul>\n");
        }
        return Html.section(
                id,
                title,
                "mIoU on the validation pictures of the networks that the runs leave. A point is a run, the line the"
                        + " mean over the seeds.",
                body.toString());
    }

    private static String rows(Group group) {
        boolean gap = group.rows().stream().anyMatch(row -> row.gap().isPresent());
        boolean end = group.rows().stream().anyMatch(row -> !Double.isNaN(row.end()));
        double[] range = range(group.rows());
        StringBuilder rows = new StringBuilder();
        for (Row row : group.rows()) {
            rows.append("<tr><th scope=\"row\">")
                    .append(ComparisonPage.dot(row.place()))
                    .append(Html.escape(row.name()))
                    .append("</th><td class=\"strip\">")
                    .append(strip(row, range))
                    .append("</td>");
            cell(rows, "<b>" + Format.percent(row.mean()) + "</b>");
            cell(rows, Double.isNaN(row.spread()) ? Format.NONE : "± " + Format.fixed(100 * row.spread(), 1));
            cell(rows, row.runs().stream().map(ComparisonTables::each).collect(Collectors.joining(" &middot; ")));
            if (end) {
                cell(rows, Format.percent(row.end()));
            }
            if (gap) {
                cell(
                        rows,
                        row.gap()
                                .map(share -> Format.fixed(100 * share, 0) + "\u00a0%")
                                .orElse(Format.NONE));
            }
            cell(rows, Format.count(row.steps()));
            cell(rows, Format.duration(row.seconds()));
            rows.append("</tr>\n");
        }
        return "<div class=\"scroll\"><table class=\"compared\">\n<thead><tr><th scope=\"col\">method</th>"
                + "<th scope=\"col\" class=\"axis\"><span>" + Format.percent(range[0]) + "</span><span>"
                + Format.percent(range[1]) + "</span></th>"
                + heads("mIoU", "spread", "each seed") + (end ? heads("at the end") : "")
                + (gap ? heads("of the gap") : "") + heads("steps", "time")
                + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
    }

    private static String heads(String... titles) {
        return List.of(titles).stream()
                .map(title -> "<th scope=\"col\" class=\"n\">" + title + "</th>")
                .collect(Collectors.joining());
    }

    private static void cell(StringBuilder rows, String markup) {
        rows.append("<td class=\"n\">").append(markup).append("</td>");
    }

    private static String each(Result result) {
        String figure = Double.isNaN(result.miou()) ? Format.NONE : Format.fixed(100 * result.miou(), 1);
        return "<span title=\"" + Html.escape(result.run()) + "\"" + (result.finished() ? "" : " class=\"open\"") + ">"
                + figure + (result.finished() || figure.equals(Format.NONE) ? "" : " so far") + "</span>";
    }

    /** Of all runs, a little wider; at least two points. */
    private static double[] range(List<Row> rows) {
        double[] all = rows.stream()
                .flatMap(row -> row.runs().stream())
                .mapToDouble(Result::miou)
                .filter(Double::isFinite)
                .toArray();
        double low = DoubleStream.of(all).min().orElse(0);
        double high = DoubleStream.of(all).max().orElse(1);
        double margin = Math.max(0.01, 0.08 * (high - low));
        return new double[] {
            Math.max(0, Math.floor(100 * (low - margin)) / 100), Math.min(1, Math.ceil(100 * (high + margin)) / 100)
        };
    }

    private static String strip(Row row, double[] range) {
        StringBuilder marks = new StringBuilder();
        if (Double.isFinite(row.mean())) {
            String x = at(row.mean(), range[0], range[1]);
            marks.append("<path class=\"mean\" d=\"M").append(x).append(" 3V19\"/>");
        }
        for (Result result : row.runs()) {
            if (Double.isFinite(result.miou())) {
                marks.append("<circle cx=\"")
                        .append(at(result.miou(), range[0], range[1]))
                        .append("\" cy=\"11\" r=\"4\"")
                        .append(result.finished() ? "" : " class=\"open\"")
                        .append("><title>")
                        .append(Html.escape(result.run() + ": " + Format.percent(result.miou())))
                        .append("</title></circle>");
            }
        }
        return "<svg class=\"" + ComparisonPage.look(row.place())
                + "\" viewBox=\"0 0 240 22\" aria-hidden=\"true\"><path class=\"rail\" d=\"M0 11H240\"/>" + marks
                + "</svg>";
    }

    private static String at(double value, double low, double high) {
        return Chart.coordinate(6 + 228 * (value - low) / (high - low));
    }

    private static String differences(List<Difference> differences) {
        double reach = differences.stream()
                .mapToDouble(d -> Math.abs(d.points()) + (Double.isNaN(d.half()) ? 0 : d.half()))
                .max()
                .orElse(0);
        reach = Math.max(0.005, 1.08 * reach);
        boolean end = differences.stream().anyMatch(d -> !Double.isNaN(d.end().points()));
        StringBuilder rows = new StringBuilder();
        for (Difference d : differences) {
            boolean known = !Double.isNaN(d.half());
            rows.append("<tr><th scope=\"row\">")
                    .append(Html.escape(d.name()))
                    .append("</th><td class=\"strip\">")
                    .append(interval(d, reach))
                    .append("</td>");
            cell(rows, "<b>" + Format.points(d.points()) + "</b>" + half(d.half()));
            cell(
                    rows,
                    known
                            ? Format.points(d.points() - d.half()) + " to " + Format.points(d.points() + d.half())
                            : Format.NONE);
            cell(rows, String.valueOf(d.seeds()));
            if (end) {
                double points = d.end().points();
                cell(
                        rows,
                        Double.isNaN(points)
                                ? Format.NONE
                                : Format.points(points) + half(d.end().half()));
            }
            rows.append("<td class=\"")
                    .append(d.seen() ? "seen" : "unseen")
                    .append("\">")
                    .append(words(d))
                    .append("</td></tr>\n");
        }
        return "<div class=\"scroll\"><table class=\"compared differences\">\n<thead><tr><th scope=\"col\">difference"
                + "</th><th scope=\"col\" class=\"axis\"><span>" + Format.points(-reach) + "</span><span>0</span><span>"
                + Format.points(reach) + "</span></th>" + heads("points", "95&nbsp;% interval", "seeds")
                + (end ? heads("at the end") : "")
                + "<th scope=\"col\"></th></tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
    }

    private static String words(Difference d) {
        if (Double.isNaN(d.half())) {
            return "not known";
        }
        return !d.seen() ? "no difference seen" : d.seeds() == 1 ? "a difference, in one seed" : "a difference";
    }

    private static String half(double share) {
        return Double.isNaN(share) ? "" : " ± " + points(share);
    }

    private static String points(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    private static String interval(Difference d, double reach) {
        String bar = Double.isNaN(d.half())
                ? ""
                : "<path class=\"whisker\" d=\"M" + at(d.points() - d.half(), -reach, reach) + " 11H"
                        + at(d.points() + d.half(), -reach, reach) + "\"/>";
        return "<svg class=\"interval" + (d.seen() ? " seen" : "") + "\" viewBox=\"0 0 240 22\" aria-hidden=\"true\">"
                + "<path class=\"zero\" d=\"M120 -4V26\"/>" + bar + "<circle cx=\"" + at(d.points(), -reach, reach)
                + "\" cy=\"11\" r=\"4.5\"/></svg>";
    }
}
