package dev.imas.report;

import dev.imas.measure.ConfusionMatrix;
import java.util.List;
import java.util.Locale;

/** What was taken for what: a row a true class, shaded by the shares of its pixels. */
final class ConfusionSection {
    /** How dark a cell of all pixels is; text stays readable. */
    private static final double DARKEST = 0.55;

    private ConfusionSection() {}

    static String html(ConfusionMatrix matrix, List<String> names, List<Integer> palette) {
        StringBuilder table = new StringBuilder("<thead><tr><th scope=\"col\">truth</th>");
        for (String name : names) {
            table.append("<th scope=\"col\"><span>").append(Html.escape(name)).append("</span></th>");
        }
        table.append("<th scope=\"col\" class=\"n\">pixels</th></tr></thead>\n<tbody>\n");
        for (int t = 0; t < names.size(); t++) {
            table.append("<tr>").append(EvaluationPage.name(names.get(t), palette.get(t)));
            for (int p = 0; p < names.size(); p++) {
                table.append(cell(matrix, names, t, p));
            }
            table.append("<td class=\"n\">")
                    .append(Format.count(matrix.truth(t)))
                    .append("</td></tr>\n");
        }
        return Html.section(
                "confusion",
                "What was taken for what",
                "Percent of a true class's pixels, by predicted class. Blue is right, orange wrong.",
                "<div class=\"scroll\"><table class=\"confusion\">\n" + table + "</tbody></table></div>\n");
    }

    private static String cell(ConfusionMatrix matrix, List<String> names, int t, int p) {
        long pixels = matrix.count(t, p);
        if (pixels == 0) {
            return "<td></td>";
        }
        double share = (double) pixels / matrix.truth(t);
        String title = names.get(t) + " taken for " + names.get(p) + ": " + Format.count(pixels) + " pixels";
        return "<td title=\"" + Html.escape(title) + "\"><i class=\"" + (t == p ? "right" : "wrong")
                + "\" style=\"opacity:" + String.format(Locale.ROOT, "%.3f", DARKEST * Math.sqrt(share))
                + "\"></i><span>" + percent(share) + "</span></td>";
    }

    /** Whole percent, which fit many columns; never a 100 that is not all, nor a 0 that is something. */
    private static String percent(double share) {
        double percent = 100 * share;
        if (percent < 0.5) {
            return "&lt;1";
        }
        return percent > 99.5 && percent < 100 ? "&gt;99" : Format.fixed(percent, 0);
    }
}
