package dev.imas.report;

import dev.imas.run.ClassIou;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** IoU of every class: a bar for the teacher, a tick for the student, and the numbers. */
final class ClassSection {
    private ClassSection() {}

    static String html(Run run) {
        if (run.classes().isEmpty()) {
            return "";
        }
        StringBuilder rows = new StringBuilder();
        for (ClassIou c : run.classes()) {
            String color = run.classColor(c.index())
                    .map(rgb -> " style=\"background:" + rgb + "\"")
                    .orElse("");
            rows.append("<tr><th scope=\"row\"><span class=\"chip\"")
                    .append(color)
                    .append("></span>")
                    .append(Html.escape(run.className(c.index())))
                    .append("</th><td class=\"bars\">")
                    .append(bar(c))
                    .append("</td><td class=\"n\"><b>")
                    .append(Format.percent(c.teacher()))
                    .append("</b></td><td class=\"n\">")
                    .append(Format.percent(c.student()))
                    .append("</td><td class=\"n\">")
                    .append(Format.points(c.teacher() - c.student()))
                    .append("</td>")
                    .append(kept(run, c.index()))
                    .append("</tr>\n");
        }
        return Html.section(
                "classes",
                "Classes",
                "Intersection over union on the validation images, "
                        + (run.keepsBest() && !Double.isNaN(run.keptEpoch())
                                ? "epoch " + Format.count((long) run.keptEpoch())
                                : "last evaluation")
                        + ". The bar is the teacher, the upright line the student."
                        + (run.kept().isEmpty()
                                ? ""
                                : " Dice, precision and recall are those of the network that the run leaves."),
                "<div class=\"scroll\"><table class=\"classes\">\n<thead><tr><th "
                        + "scope=\"col\">class</th><th scope=\"col\"></th><th scope=\"col\" class=\"n\">teacher</th>"
                        + "<th scope=\"col\" class=\"n\">student</th><th scope=\"col\" "
                        + "class=\"n\">difference</th>" + heads(run) + "</tr></thead>\n<tbody>\n"
                        + rows
                        + "</tbody></table></div>\n");
    }

    private static String heads(Run run) {
        return run.kept().isEmpty()
                ? ""
                : "<th scope=\"col\" class=\"n\">Dice</th><th scope=\"col\" class=\"n\">precision</th>"
                        + "<th scope=\"col\" class=\"n\">recall</th>";
    }

    private static String kept(Run run, int c) {
        return run.kept()
                .map(KeptEvaluation::matrix)
                .filter(matrix -> c < matrix.classes())
                .map(matrix -> Stream.of(matrix.dice(c), matrix.precision(c), matrix.recall(c))
                        .map(share -> "<td class=\"n\">" + Format.percent(share) + "</td>")
                        .collect(Collectors.joining()))
                .orElse("");
    }

    private static String bar(ClassIou c) {
        StringBuilder bar = new StringBuilder("<div class=\"track\">");
        if (Double.isFinite(c.teacher())) {
            bar.append("<i style=\"width:").append(width(c.teacher())).append("%\"></i>");
        }
        if (Double.isFinite(c.student())) {
            bar.append("<u style=\"left:").append(width(c.student())).append("%\"></u>");
        }
        return bar.append("</div>").toString();
    }

    private static String width(double iou) {
        return String.format(Locale.ROOT, "%.1f", 100 * Math.min(1, Math.max(0, iou)));
    }
}
