package dev.imas.report;

import dev.imas.config.Colors;
import dev.imas.image.Overlay;
import dev.imas.report.RankPage.Box;
import dev.imas.report.RankPage.ClassLine;
import dev.imas.report.RankPage.Entry;
import java.util.List;
import java.util.Locale;

/** What two answers about a picture look like: the one, where both are open, and how far they agree by class. */
final class AnswerView {
    private static final double OVERLAY = 0.55;

    private final List<String> names;
    private final List<Integer> palette;
    private final String compared;
    private final boolean[] seen;

    /**
     * @param palette  one 0xRRGGBB a class
     * @param compared the two that answer, in words
     */
    AnswerView(List<String> names, List<Integer> palette, String compared) {
        this.names = names;
        this.palette = palette;
        this.compared = compared;
        this.seen = new boolean[names.size()];
    }

    /** How to read it. */
    String lead() {
        return "“Open” is where " + Html.escape(compared)
                + " give a pixel different classes, or agree without being sure; frames are the places where most is"
                + " open. Of every class: its part of the picture, and how far the two agree about it (IoU, bar).";
    }

    /** Two figures. */
    String figures(Entry entry) {
        entry.classes().forEach(line -> seen[line.label()] = true);
        String prediction = RankPage.uri(Overlay.blend(entry.picture(), entry.prediction(), palette, OVERLAY));
        return RankPage.figure(prediction, "prediction", "", "")
                + RankPage.figure(RankPage.uri(DoubtPicture.of(entry)), "open", mostly(entry), boxes(entry));
    }

    private String mostly(Entry entry) {
        return entry.mostly()
                .map(mistake -> "mostly " + names.get(mistake.truth()) + " or " + names.get(mistake.predicted()))
                .orElse("the same classes everywhere");
    }

    private static String boxes(Entry entry) {
        StringBuilder boxes = new StringBuilder();
        double width = entry.picture().width();
        double height = entry.picture().height();
        for (Box box : entry.boxes()) {
            boxes.append(String.format(
                    Locale.ROOT,
                    "<i style=\"left:%.2f%%;top:%.2f%%;width:%.2f%%;height:%.2f%%\"></i>",
                    100 * box.x() / width,
                    100 * box.y() / height,
                    100 * box.width() / width,
                    100 * box.height() / height));
        }
        return boxes.toString();
    }

    /** A line a class. */
    String classes(Entry entry) {
        StringBuilder lines = new StringBuilder("<ul class=\"agreed\">");
        for (ClassLine line : entry.classes()) {
            lines.append("<li>")
                    .append(EvaluationPage.chip(Colors.hex(palette.get(line.label()))))
                    .append("<span>")
                    .append(Html.escape(names.get(line.label())))
                    .append("</span><em>")
                    .append(area(line.share()))
                    .append("</em><div class=\"track\"><i style=\"width:")
                    .append(String.format(Locale.ROOT, "%.1f", 100 * line.agreed()))
                    .append("%\"></i></div><b>")
                    .append(Format.percent(line.agreed()))
                    .append("</b></li>");
        }
        return lines.append("</ul>\n").toString();
    }

    private static String area(double share) {
        return share > 0 && share < 0.0005 ? "&lt; 0.1\u00a0%" : Format.percent(share);
    }

    /** Of the classes that were seen. */
    String legend() {
        StringBuilder entries = new StringBuilder();
        for (int c = 0; c < names.size(); c++) {
            if (seen[c]) {
                EvaluationPage.entry(entries, palette.get(c), names.get(c));
            }
        }
        EvaluationPage.entry(entries, DoubtPicture.DIFFERENT, "different classes");
        EvaluationPage.entry(entries, DoubtPicture.UNSURE, "the same class, unsure");
        return "<ul class=\"colors\">" + entries + "</ul>\n";
    }
}
