package dev.imas.report;

import dev.imas.config.Colors;
import dev.imas.config.ImasConfig.AbsentClasses;
import dev.imas.measure.ConfusionMatrix;
import dev.imas.measure.Measurement;
import java.util.Locale;

/** The page of an evaluation: result, key figures, classes, what was taken for what, and the worst pictures. */
final class EvaluationPage {
    /** Ends the title, by which such a page is known. */
    static final String KIND = " – iMAS evaluation";

    private EvaluationPage() {}

    static String html(Evaluated evaluated) {
        return Page.document(
                evaluated.title() + KIND,
                head(evaluated)
                        + tiles(evaluated)
                        + classes(evaluated)
                        + ConfusionSection.html(
                                evaluated.measurement().matrix(), evaluated.names(), evaluated.palette())
                        + WorstSection.html(
                                evaluated.worst(),
                                evaluated.measurement().pictures().size(),
                                evaluated.measurement().matrix(),
                                evaluated.names(),
                                evaluated.palette()));
    }

    private static String head(Evaluated evaluated) {
        StringBuilder facts = new StringBuilder();
        evaluated.facts().forEach((name, value) -> Page.fact(facts, name, value));
        return "<header>\n<div><p class=\"kind\">iMAS evaluation</p>\n<h1>" + Html.escape(evaluated.title())
                + "</h1>\n<p class=\"result\"><b>"
                + Format.fixed(100 * evaluated.measurement().miou(), 1)
                + "</b> <span>% mIoU</span></p>\n</div>\n<dl>\n" + facts + "</dl>\n</header>\n";
    }

    private static String tiles(Evaluated evaluated) {
        Measurement measurement = evaluated.measurement();
        StringBuilder tiles = new StringBuilder();
        Tiles.tile(
                tiles,
                "pixel accuracy",
                Format.percent(measurement.matrix().accuracy()),
                Format.count(measurement.matrix().total()) + " pixels");
        Tiles.tile(tiles, "mean Dice", Format.percent(measurement.meanDice()), "of the classes");
        Tiles.tile(
                tiles,
                "mean boundary F1",
                Format.percent(measurement.meanBoundaryF1()),
                "within " + pixels(evaluated.tolerance()));
        Tiles.tile(tiles, "pictures", Format.count(measurement.pictures().size()), "");
        return "<div class=\"tiles\">\n" + tiles + "</div>\n";
    }

    /** A distance: {@code 2 px}. */
    static String pixels(double distance) {
        return Format.fixed(distance, distance == Math.rint(distance) ? 0 : 1) + "\u00a0px";
    }

    private static String classes(Evaluated evaluated) {
        ConfusionMatrix matrix = evaluated.measurement().matrix();
        StringBuilder rows = new StringBuilder();
        boolean lacking = false;
        for (int c = 0; c < matrix.classes(); c++) {
            boolean there = matrix.isTrue(c);
            double iou = evaluated.measurement().iou(c);
            lacking |= !there;
            rows.append("<tr>")
                    .append(name(evaluated.names().get(c), evaluated.palette().get(c)))
                    .append(bar(there ? iou : 0));
            cell(rows, "<b>" + Format.percent(iou) + "</b>");
            cell(rows, Format.percent(matrix.dice(c)));
            cell(rows, Format.percent(matrix.precision(c)));
            cell(rows, Format.percent(matrix.recall(c)));
            cell(rows, Format.percent(evaluated.measurement().boundaryF1(c)));
            cell(rows, Format.count(evaluated.measurement().boundaryPictures(c)));
            cell(rows, share(matrix.truth(c), matrix.total()));
            rows.append("</tr>\n");
        }
        return Html.section(
                "classes",
                "Classes",
                "The bar is the IoU; boundary F1 is the mean over the pictures in which the class has a boundary, “in”"
                        + " as many; “area” is the class's share of the true pixels."
                        + (lacking ? absent(evaluated) : ""),
                "<div class=\"scroll\"><table class=\"measures\">\n<thead><tr><th scope=\"col\">class</th>"
                        + "<th scope=\"col\"></th>"
                        + heads("IoU", "Dice", "precision", "recall", "boundary F1", "in", "area")
                        + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n");
    }

    private static String absent(Evaluated evaluated) {
        return evaluated.absent() == AbsentClasses.ZERO
                ? " Classes that no mask shows count as 0 in the means."
                : " Classes that no mask shows have no IoU and are left out of the means.";
    }

    private static String heads(String... titles) {
        StringBuilder heads = new StringBuilder();
        for (String title : titles) {
            heads.append("<th scope=\"col\" class=\"n\">").append(title).append("</th>");
        }
        return heads.toString();
    }

    /** The head of a class's row: colour and name. */
    static String name(String name, int colour) {
        return "<th scope=\"row\">" + chip(Colors.hex(colour)) + Html.escape(name) + "</th>";
    }

    /** Adds a colour, 0xRRGGBB, and what it means to a list of colours. */
    static void entry(StringBuilder entries, int colour, String name) {
        entries.append("<li>")
                .append(chip(Colors.hex(colour)))
                .append(Html.escape(name))
                .append("</li>");
    }

    static String chip(String colour) {
        return "<span class=\"chip\" style=\"background:" + colour + "\"></span>";
    }

    private static String bar(double iou) {
        return "<td class=\"bars\"><div class=\"track\"><i style=\"width:"
                + String.format(Locale.ROOT, "%.1f", 100 * iou) + "%\"></i></div></td>";
    }

    private static void cell(StringBuilder rows, String markup) {
        rows.append("<td class=\"n\">").append(markup).append("</td>");
    }

    private static String share(long part, long whole) {
        double share = (double) part / whole;
        return share > 0 && share < 0.0005 ? "&lt; 0.1\u00a0%" : Format.percent(share);
    }
}
