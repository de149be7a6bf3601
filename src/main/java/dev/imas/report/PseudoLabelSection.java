package dev.imas.report;

import dev.imas.run.PseudoLabels.Look;
import dev.imas.run.PseudoLabels.OfClass;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Whether the teacher's labels are fit to be learned from: by class before unlabelled pictures take part, and how that
 * went on.
 */
final class PseudoLabelSection {
    private PseudoLabelSection() {}

    static String html(Run run) {
        List<Look> looks = run.pseudoLabels().looks();
        if (looks.isEmpty()) {
            return "";
        }
        Look last = looks.get(looks.size() - 1);
        String lead = "What unlabelled pictures teach is what the teacher is confident of. Whether that is right is"
                + " measured on the validation pictures; how much of it there is, on unlabelled ones.";
        return Html.section(
                "pseudo-labels",
                "Pseudo-labels",
                lead,
                advice(look(looks, alone(run)), alone(run))
                        + table(run, last)
                        + (looks.size() > 1 ? "<div class=\"charts\">\n" + charts(looks) + "</div>\n" : ""));
    }

    /** What counts is the last look before unlabelled pictures take part; of a run where they always do, the last. */
    private static Look look(List<Look> looks, long alone) {
        return looks.stream()
                .filter(look -> look.epoch() <= alone)
                .reduce((before, last) -> last)
                .orElse(looks.get(looks.size() - 1));
    }

    /** First epochs on labelled pictures alone. */
    private static long alone(Run run) {
        String epochs = run.config().setting("training.sup_only_epochs");
        return epochs.matches("\\d{1,9}") ? Long.parseLong(epochs) : 0;
    }

    private static String advice(Look look, long alone) {
        StringBuilder items = new StringBuilder();
        PseudoLabelAdvice.words(look)
                .forEach(word -> items.append("<li>").append(marked(word)).append("</li>\n"));
        return "<aside class=\"notes note\">\n<h2>After epoch " + Format.count(look.epoch())
                + (look.epoch() < alone ? " of " + Format.count(alone) + " on labelled pictures alone" : "")
                + "</h2>\n<ul>\n<li>"
                + Html.escape("The teacher is " + PseudoLabelAdvice.figures(look) + ".")
                + "</li>\n" + items + "</ul>\n</aside>\n";
    }

    /** Markup of a sentence whose names stand between backticks. */
    private static String marked(String sentence) {
        return Html.escape(sentence).replaceAll("`([^`]*)`", "<b>$1</b>");
    }

    private static String table(Run run, Look look) {
        StringBuilder rows = new StringBuilder();
        for (OfClass c : look.classes()) {
            String color = run.classColor(c.index())
                    .map(rgb -> " style=\"background:" + rgb + "\"")
                    .orElse("");
            rows.append("<tr><th scope=\"row\"><span class=\"chip\"")
                    .append(color)
                    .append("></span>")
                    .append(Html.escape(c.name()))
                    .append("</th><td class=\"bars\"><div class=\"track\"><i style=\"width:")
                    .append(String.format(Locale.ROOT, "%.1f", Double.isNaN(c.precision()) ? 0 : 100 * c.precision()))
                    .append("%\"></i></div></td>");
            cell(rows, "<b>" + Format.percent(c.precision()) + "</b>");
            cell(rows, Format.percent(c.found()));
            cell(rows, Format.percent(c.confidentUnlabelled()));
            cell(rows, Format.fixed(c.threshold(), 2));
            rows.append("</tr>\n");
        }
        return "<div class=\"scroll\"><table class=\"measures pseudo\">\n<caption>By class, epoch "
                + Format.count(look.epoch()) + "</caption>\n<thead><tr><th scope=\"col\">label</th><th"
                + " scope=\"col\"></th>" + head("right") + head("found") + head("confident") + head("threshold")
                + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n<p class=\"lead\">“right” is the share"
                + " of the label's confident pixels on the validation pictures that are of the class, “found” that of"
                + " the class's pixels that carry its label with confidence, “confident” that of the label's pixels on"
                + " unlabelled pictures that reach the threshold and teach.</p>\n";
    }

    private static String head(String title) {
        return "<th scope=\"col\" class=\"n\">" + title + "</th>";
    }

    private static void cell(StringBuilder rows, String markup) {
        rows.append("<td class=\"n\">").append(markup).append("</td>");
    }

    private static String charts(List<Look> looks) {
        long end = looks.get(looks.size() - 1).step();
        Chart chart = new Chart("Pseudo-labels over the run", "step", "%", Format::percent)
                .horizontal(0, end, true)
                .percent();
        dots(chart, "right, of the confident", "a", series(looks, Look::precision));
        dots(chart, "confident, of the unlabelled", "b", series(looks, Look::confidentUnlabelled));
        return chart.html();
    }

    private static void dots(Chart chart, String name, String style, Series series) {
        if (!series.isEmpty()) {
            chart.dots(name, style, series);
        }
    }

    private static Series series(List<Look> looks, ToDoubleFunction<Look> figure) {
        List<Look> known = looks.stream()
                .filter(look -> Double.isFinite(figure.applyAsDouble(look)))
                .toList();
        return new Series(
                known.stream().mapToDouble(Look::step).toArray(),
                known.stream().mapToDouble(figure).toArray());
    }
}
