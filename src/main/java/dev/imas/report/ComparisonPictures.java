package dev.imas.report;

import dev.imas.config.Colors;
import dev.imas.report.Compared.ClassName;
import dev.imas.report.ComparedPicture.View;

/** The same pictures under each method: what it predicts, and below it where that is wrong. */
final class ComparisonPictures {
    private ComparisonPictures() {}

    static String html(Compared compared) {
        if (compared.pictures().isEmpty()) {
            return "";
        }
        StringBuilder cases = new StringBuilder();
        compared.pictures().forEach(picture -> cases.append(html(picture)));
        return Html.section(
                "pictures",
                "Pictures",
                Html.escape(compared.lead()) + " Above what each method predicts, below its wrong pixels in red.",
                legend(compared) + "<div class=\"cases\">\n" + cases + "</div>\n");
    }

    private static String legend(Compared compared) {
        StringBuilder entries = new StringBuilder();
        for (ClassName c : compared.classes()) {
            entries.append("<li>")
                    .append(EvaluationPage.chip(Colors.hex(c.colour())))
                    .append(Html.escape(c.name()))
                    .append("</li>");
        }
        entries.append("<li>")
                .append(EvaluationPage.chip(Colors.hex(WorstPictures.WRONG)))
                .append("wrong</li>");
        return "<ul class=\"colors\">" + entries + "</ul>\n";
    }

    private static String html(ComparedPicture picture) {
        StringBuilder above = new StringBuilder(figure(picture.picture(), "picture", ""));
        StringBuilder below = new StringBuilder(figure(picture.truth(), "truth", ""));
        for (View view : picture.views()) {
            above.append(figure(view.prediction(), view.name(), ""));
            below.append(figure(view.errors(), "errors", Format.percent(view.right()) + " right"));
        }
        return "<article>\n<h3><span>" + Html.escape(picture.name()) + "</span><small>" + Html.escape(picture.why())
                + "</small></h3>\n<div class=\"under\" style=\"--columns:"
                + (picture.views().size() + 1) + "\">\n"
                + above + below + "</div>\n</article>\n";
    }

    private static String figure(String uri, String title, String remark) {
        return "<figure><img src=\"" + uri + "\" alt=\"" + Html.escape(title) + "\"><figcaption><span>"
                + Html.escape(title) + "</span>" + (remark.isEmpty() ? "" : "<span>" + Html.escape(remark) + "</span>")
                + "</figcaption></figure>\n";
    }
}
