package dev.imas.report;

import dev.imas.measure.ConfusionMatrix;
import dev.imas.measure.ConfusionMatrix.Mistake;
import dev.imas.measure.PictureScore;
import dev.imas.report.WorstPictures.Shown;
import java.util.List;

/** The worst pictures, each beside its truth, its prediction and its errors. */
final class WorstSection {
    private WorstSection() {}

    /** @param all pictures that the worst are of */
    static String html(
            WorstPictures worst, int all, ConfusionMatrix matrix, List<String> names, List<Integer> palette) {
        List<Shown> shown = worst.shown();
        if (shown.isEmpty()) {
            return Html.section("worst", "Pictures", "No picture has a wrong pixel.", "");
        }
        StringBuilder cases = new StringBuilder();
        shown.forEach(picture -> cases.append(html(picture, names)));
        String lead = (shown.size() < all ? "The worst " + shown.size() + " of " + Format.count(all) : "All " + all)
                + " by mIoU of the classes that a picture's truth or prediction holds; "
                + EvaluationFiles.PICTURES + " has every picture.";
        return Html.section(
                "worst",
                "Worst pictures",
                lead,
                legend(shown, matrix, names, palette) + "<div class=\"cases\">\n" + cases + "</div>\n");
    }

    private static String html(Shown shown, List<String> names) {
        PictureScore score = shown.score();
        return "<article>\n<h3><span>" + Html.escape(score.id()) + "</span>" + figures(score) + "</h3>\n"
                + "<div class=\"sample\">\n"
                + figure(shown.picture(), "picture", score.width() + " × " + score.height() + "\u00a0px")
                + figure(shown.truth(), "truth", "")
                + figure(shown.prediction(), "prediction", Format.percent(score.accuracy()) + " right")
                + figure(
                        shown.errors(),
                        "errors",
                        score.mistake().map(mistake -> most(mistake, names)).orElse(""))
                + "</div>\n</article>\n";
    }

    private static String figures(PictureScore score) {
        return "<b>" + Format.percent(score.miou()) + "</b><small>mIoU</small><b>" + Format.percent(score.boundaryF1())
                + "</b><small>boundary F1</small>";
    }

    private static String most(Mistake mistake, List<String> names) {
        return "mostly " + names.get(mistake.truth()) + " → " + names.get(mistake.predicted());
    }

    private static String figure(String uri, String title, String remark) {
        return "<figure><img src=\"" + uri + "\" alt=\"" + title + "\"><figcaption><span>" + title + "</span>"
                + (remark.isEmpty() ? "" : "<span>" + Html.escape(remark) + "</span>") + "</figcaption></figure>\n";
    }

    private static String legend(List<Shown> shown, ConfusionMatrix matrix, List<String> names, List<Integer> palette) {
        StringBuilder entries = new StringBuilder();
        for (int c = 0; c < names.size(); c++) {
            if (matrix.occurs(c)) {
                EvaluationPage.entry(entries, palette.get(c), names.get(c));
            }
        }
        EvaluationPage.entry(entries, WorstPictures.WRONG, "wrong");
        boolean ignored = shown.stream()
                .map(Shown::score)
                .anyMatch(score -> score.counted() < (long) score.width() * score.height());
        if (ignored) {
            EvaluationPage.entry(entries, WorstPictures.IGNORED, "no truth");
        }
        return "<ul class=\"colors\">" + entries + "</ul>\n";
    }
}
