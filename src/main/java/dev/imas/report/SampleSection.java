package dev.imas.report;

import dev.imas.image.LabelMap;
import dev.imas.run.SampleFile.View;
import java.util.EnumMap;
import java.util.Map;

/** Validation images beside their ground truth and both predictions, under a legend of the colours in sight. */
final class SampleSection {
    private static final Map<View, String> TITLES = new EnumMap<>(
            Map.of(View.IMAGE, "image", View.TRUTH, "ground truth", View.STUDENT, "student", View.TEACHER, "teacher"));

    private SampleSection() {}

    static String html(Run run) {
        Samples samples = run.samples();
        if (samples.shown().isEmpty()) {
            return "";
        }
        StringBuilder rows = new StringBuilder();
        for (Samples.Sample sample : samples.shown()) {
            rows.append("<div class=\"sample\">\n");
            for (View view : View.values()) {
                String uri = sample.uris().get(view);
                String title = TITLES.get(view);
                rows.append("<figure>")
                        .append(
                                uri == null
                                        ? "<div class=\"absent\">not there</div>"
                                        : "<img src=\"" + uri + "\" alt=\"" + title + " of "
                                                + Html.escape(sample.title()) + "\">")
                        .append("<figcaption><span>")
                        .append(title)
                        .append("</span>")
                        .append(remark(sample, view))
                        .append("</figcaption></figure>\n");
            }
            rows.append("</div>\n");
        }
        String lead = "Percentages are labelled pixels that a prediction has right."
                + (samples.total() > samples.shown().size()
                        ? " The first " + samples.shown().size() + " of " + samples.total() + " samples are shown."
                        : "");
        return Html.section(
                "samples", "Validation images", lead, legend(run) + "<div class=\"samples\">\n" + rows + "</div>\n");
    }

    private static String remark(Samples.Sample sample, View view) {
        if (view == View.IMAGE) {
            return sample.name().isEmpty() ? "" : "<span class=\"name\">" + Html.escape(sample.name()) + "</span>";
        }
        Double correct = sample.correct().get(view);
        return correct == null ? "" : "<b>" + Format.percent(correct) + "</b>";
    }

    private static String legend(Run run) {
        StringBuilder entries = new StringBuilder();
        run.samples().classes().stream().forEach(label -> entries.append("<li><span class=\"chip\" style=\"background:")
                .append(run.classColor(label).orElseThrow())
                .append("\"></span>")
                .append(label == LabelMap.IGNORE ? "ignored" : Html.escape(run.className(label)))
                .append("</li>"));
        return entries.isEmpty() ? "" : "<ul class=\"colors\">" + entries + "</ul>\n";
    }
}
