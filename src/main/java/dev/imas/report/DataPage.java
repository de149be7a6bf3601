package dev.imas.report;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.data.Finding;
import dev.imas.data.Finding.Severity;
import dev.imas.data.Inspection;
import dev.imas.data.Inspection.UnmatchedMask;
import dev.imas.data.MaskSurvey.ClassShare;
import dev.imas.data.PictureFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The page of a data set before training: whether it can be trained on, what was found, and what it looks like. One
 * file that needs nothing else, no network and no script.
 */
public final class DataPage {
    /** So many rows of sizes, or of masks without a picture, are shown. */
    private static final int ROWS = 12;

    private DataPage() {}

    /**
     * Writes or replaces the page.
     *
     * @throws UserException when it cannot be written
     */
    public static void write(Inspection inspection, Path file) {
        String page = html(inspection);
        try {
            Path folder = file.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            DurableFiles.replace(file, beside -> Files.writeString(beside, page, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException(
                    "the page " + file + " cannot be written (" + FileProblem.of(e, file)
                            + "); name another with --out",
                    e);
        }
    }

    static String html(Inspection inspection) {
        String name = inspection.config().name();
        return Page.document(
                name + " – iMAS data",
                head(inspection, name)
                        + findings(inspection)
                        + classes(inspection)
                        + DataSamples.html(inspection)
                        + pictures(inspection.pictures())
                        + unmatched(inspection.unmatched())
                        + settings(inspection));
    }

    private static String head(Inspection inspection, String name) {
        PictureFacts pictures = inspection.pictures();
        StringBuilder facts = new StringBuilder();
        Page.fact(facts, "folder", String.valueOf(inspection.config().data().root()));
        Page.fact(facts, "labelled", Format.count(pictures.labeled()) + " to learn from");
        Page.fact(facts, "unlabelled", unlabelled(pictures));
        Page.fact(facts, "validation", Format.count(pictures.validation()));
        Page.fact(facts, "checked", checked(pictures));
        return "<header>\n<div><p class=\"kind\">iMAS data set</p>\n<h1>" + Html.escape(name) + "</h1>\n"
                + "<p class=\"result\"><b>" + Format.count(pictures.pictures()) + "</b> <span>"
                + (pictures.pictures() == 1 ? "picture, " : "pictures, ")
                + (inspection.faulty() ? "not ready for training" : "ready for training")
                + "</span></p>\n</div>\n<dl>\n" + facts + "</dl>\n</header>\n";
    }

    private static String unlabelled(PictureFacts pictures) {
        String all = Format.count(pictures.unlabeled());
        if (pictures.both() == 0) {
            return all;
        }
        return pictures.both() == pictures.unlabeled() && pictures.both() == pictures.labeled()
                ? all + ": the labelled ones"
                : all + ", " + Format.count(pictures.both()) + " of them labelled, too";
    }

    private static String checked(PictureFacts pictures) {
        int all = pictures.sizes().values().stream().mapToInt(n -> n).sum();
        return pictures.decoded() >= all
                ? "every picture decoded"
                : "first " + Format.count(pictures.decoded()) + " pictures decoded, the others by header and end";
    }

    private static String findings(Inspection inspection) {
        StringBuilder body = new StringBuilder();
        for (String line : inspection.recognised()) {
            body.append("<p class=\"lead\">").append(Html.escape(line)).append("</p>\n");
        }
        for (Severity severity : Severity.values()) {
            List<String> texts = Finding.texts(inspection.findings(), severity);
            if (!texts.isEmpty()) {
                StringBuilder items = new StringBuilder();
                texts.forEach(
                        text -> items.append("<li>").append(Html.escape(text)).append("</li>\n"));
                body.append("<aside class=\"notes ")
                        .append(severity.name().toLowerCase(Locale.ROOT))
                        .append("\">\n<h2>")
                        .append(title(severity, texts.size()))
                        .append("</h2>\n<ul>\n")
                        .append(items)
                        .append("</ul>\n</aside>\n");
            }
        }
        if (inspection.findings().isEmpty()) {
            body.append("<p class=\"lead\">Nothing is wrong.</p>\n");
        }
        return Html.section("findings", "Findings", "", body.toString());
    }

    private static String title(Severity severity, int count) {
        return switch (severity) {
            case FAULT ->
                count == 1 ? "1 fault: training would not begin" : count + " faults: training would not begin";
            case WARNING -> count == 1 ? "1 warning" : count + " warnings";
            case NOTE -> "What was decided";
        };
    }

    private static String classes(Inspection inspection) {
        if (inspection.classes().isEmpty()) {
            return "";
        }
        StringBuilder rows = new StringBuilder();
        List<Integer> palette = DataSamples.palette(inspection);
        double most = inspection.classes().stream()
                .mapToDouble(ClassShare::labeledShare)
                .max()
                .orElse(1);
        for (int i = 0; i < inspection.classes().size(); i++) {
            ClassShare c = inspection.classes().get(i);
            rows.append("<tr><th scope=\"row\"><span class=\"chip\" style=\"background:")
                    .append(DataSamples.color(palette, i))
                    .append("\"></span>")
                    .append(Html.escape(c.name()))
                    .append("</th><td class=\"bars\"><div class=\"track\"><i style=\"width:")
                    .append(String.format(Locale.ROOT, "%.1f", most > 0 ? 100 * c.labeledShare() / most : 0))
                    .append("%\"></i></div></td>")
                    .append(cell(share(c.labeledShare())))
                    .append(cell(Format.count(c.labeledMasks())))
                    .append(cell(share(c.validationShare())))
                    .append(cell(Format.count(c.validationMasks())))
                    .append("</tr>\n");
        }
        return Html.section(
                "classes",
                "Classes",
                "Shares of the annotated pixels, and masks in which a class occurs.",
                "<div class=\"scroll\"><table class=\"shares\">\n<thead><tr><th scope=\"col\">class</th>"
                        + "<th scope=\"col\"></th><th scope=\"col\" class=\"n\">labelled</th>"
                        + "<th scope=\"col\" class=\"n\">masks</th><th scope=\"col\" class=\"n\">validation</th>"
                        + "<th scope=\"col\" class=\"n\">masks</th></tr></thead>\n<tbody>\n" + rows
                        + "</tbody></table></div>\n");
    }

    private static String share(double share) {
        return share > 0 && share < 0.0005 ? "< 0.1\u00a0%" : Format.percent(share);
    }

    private static String cell(String text) {
        return "<td class=\"n\">" + text + "</td>";
    }

    private static String pictures(PictureFacts pictures) {
        if (pictures.sizes().isEmpty()) {
            return "";
        }
        return Html.section(
                "pictures",
                "Pictures",
                "",
                "<div class=\"pair\">\n" + counts("Sizes", "width × height", pictures.sizes())
                        + counts("Depths and channels", "as stored", pictures.kinds()) + "</div>\n");
    }

    private static String counts(String caption, String column, Map<String, Integer> counts) {
        StringBuilder rows = new StringBuilder();
        counts.entrySet().stream().limit(ROWS).forEach(entry -> rows.append("<tr><th scope=\"row\">")
                .append(Html.escape(entry.getKey()))
                .append("</th>")
                .append(cell(Format.count(entry.getValue())))
                .append("</tr>\n"));
        int more = counts.size() - ROWS;
        return "<div class=\"scroll\"><table>\n<caption>" + caption + "</caption>\n<thead><tr><th scope=\"col\">"
                + column + "</th><th scope=\"col\" class=\"n\">pictures</th></tr></thead>\n<tbody>\n" + rows
                + (more > 0 ? "<tr><th scope=\"row\">" + more + " more</th><td></td></tr>\n" : "")
                + "</tbody></table></div>\n";
    }

    private static String unmatched(List<UnmatchedMask> unmatched) {
        if (unmatched.isEmpty()) {
            return "";
        }
        StringBuilder rows = new StringBuilder();
        for (UnmatchedMask mask : unmatched.subList(0, Math.min(ROWS * 4, unmatched.size()))) {
            rows.append("<tr><th scope=\"row\">")
                    .append(Html.escape(mask.mask()))
                    .append("</th><td>")
                    .append(mask.nearest().isEmpty() ? Format.NONE : Html.escape(mask.nearest()))
                    .append("</td></tr>\n");
        }
        return Html.section(
                "unmatched",
                "Masks without a picture",
                "Beside each the picture without a mask that it was most likely meant for.",
                "<div class=\"scroll\"><table class=\"names\">\n<thead><tr><th scope=\"col\">mask</th>"
                        + "<th scope=\"col\">nearest picture without a mask</th></tr></thead>\n<tbody>\n" + rows
                        + "</tbody></table></div>\n");
    }

    private static String settings(Inspection inspection) {
        return Html.section(
                "settings",
                "Settings",
                "What training would write of this data set into its config.yaml.",
                "<pre class=\"command\"><code>" + Html.escape(inspection.settings()) + "</code></pre>\n");
    }
}
