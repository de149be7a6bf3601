package dev.imas.report;

import dev.imas.common.DurableFiles;
import dev.imas.common.FileProblem;
import dev.imas.common.UserException;
import dev.imas.image.LabelMap;
import dev.imas.image.RgbImage;
import dev.imas.measure.ConfusionMatrix.Mistake;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The contact sheet of a ranking: every chosen picture with what the network sees in it and where that is open. One
 * file that needs nothing else, no network and no script. Of the pictures that come one by one only their small forms
 * are kept.
 */
public final class RankPage {
    /** More are in the list alone: a page of hundreds of pictures is no overview. */
    static final int SHOWN = 100;

    private static final int BINS = 25;

    private final AnswerView answers;
    private final String criterion;
    private final StringBuilder cases = new StringBuilder();
    private int added;

    /** A rectangle in pixels, and how much is open in it, in (0,1]. */
    public record Box(int x, int y, int width, int height, double share) {}

    /**
     * A class in a picture.
     *
     * @param share  part of the picture that the network gives it
     * @param agreed IoU of the two answers
     */
    public record ClassLine(int label, double share, double agreed) {}

    /**
     * A chosen picture.
     *
     * @param name       in its collection
     * @param score      what it was chosen by, in [0,1]
     * @param picture    to look at
     * @param prediction the network's labels, 255 where the picture alone is to be seen
     * @param unsure     per pixel in [0,1] how unsure the network is; above 1 where the two answers differ
     * @param boxes      the places where most is open, the hardest first
     * @param classes    those that occur in either answer
     * @param mostly     the two classes that the answers most often differ by, and so many pixels
     */
    public record Entry(
            String name,
            double score,
            RgbImage picture,
            LabelMap prediction,
            float[] unsure,
            List<Box> boxes,
            List<ClassLine> classes,
            Optional<Mistake> mostly) {}

    /**
     * What stands above the pictures.
     *
     * @param title     the run, or the weights
     * @param facts     name and value
     * @param scores    of all pictures that were ranked
     * @param chosen    of those that were chosen
     * @param remarks   what else is to know
     * @param failed    why pictures were left out, a line each
     */
    public record Head(
            String title,
            Map<String, String> facts,
            double[] scores,
            double[] chosen,
            List<String> remarks,
            List<String> failed) {}

    /**
     * @param palette   one 0xRRGGBB a class
     * @param compared  the two that answer, in words
     * @param criterion what scores are, in a word
     */
    public RankPage(List<String> names, List<Integer> palette, String compared, String criterion) {
        this.answers = new AnswerView(names, palette, compared);
        this.criterion = criterion;
    }

    /** Adds a picture below those before it. */
    public void add(Entry entry) {
        added++;
        if (added > SHOWN) {
            return;
        }
        String size = entry.picture().width() + " × " + entry.picture().height() + "\u00a0px";
        cases.append("<article>\n<h3><i>")
                .append(added)
                .append("</i><span>")
                .append(Html.escape(entry.name()))
                .append("</span><b>")
                .append(Format.fixed(entry.score(), 3))
                .append("</b><small>")
                .append(criterion)
                .append("</small></h3>\n<div class=\"sample\">\n")
                .append(figure(uri(entry.picture()), "picture", size, ""))
                .append(answers.figures(entry))
                .append("</div>\n")
                .append(answers.classes(entry))
                .append("</article>\n");
    }

    static String uri(RgbImage image) {
        return Samples.uri(image.toBufferedImage());
    }

    static String figure(String uri, String title, String remark, String above) {
        return "<figure><div class=\"map\"><img src=\"" + uri + "\" alt=\"" + title + "\">" + above
                + "</div><figcaption><span>" + title + "</span>"
                + (remark.isEmpty() ? "" : "<span>" + Html.escape(remark) + "</span>") + "</figcaption></figure>\n";
    }

    /**
     * Writes the page.
     *
     * @throws UserException when it cannot be written
     */
    public void write(Path file, Head head) {
        write(file, html(head));
    }

    static void write(Path file, String page) {
        try {
            DurableFiles.whole(file, beside -> Files.writeString(beside, page, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserException(
                    "the page " + file + " cannot be written (" + FileProblem.of(e, file)
                            + "); name another folder with --out",
                    e);
        }
    }

    private String html(Head head) {
        return Page.document(
                head.title() + " – what to annotate next", header(head) + notes(head) + scores(head) + pictures(head));
    }

    static String header(Head head) {
        StringBuilder facts = new StringBuilder();
        head.facts().forEach((name, value) -> Page.fact(facts, name, value));
        return "<header>\n<div><p class=\"kind\">iMAS ranking: what to annotate next</p>\n<h1>"
                + Html.escape(head.title()) + "</h1>\n<p class=\"result\"><b>" + Format.count(head.chosen().length)
                + "</b> <span>of " + Format.count(head.scores().length) + " pictures</span></p>\n</div>\n<dl>\n"
                + facts + "</dl>\n</header>\n";
    }

    static String notes(Head head) {
        return aside("notes note", "Worth knowing", head.remarks())
                + aside("notes", "Left out: they cannot be looked at", head.failed());
    }

    private static String aside(String style, String title, List<String> lines) {
        if (lines.isEmpty()) {
            return "";
        }
        StringBuilder items = new StringBuilder();
        lines.forEach(line -> items.append("<li>").append(Html.escape(line)).append("</li>\n"));
        return "<aside class=\"" + style + "\">\n<h2>" + title + "</h2>\n<ul>\n" + items + "</ul>\n</aside>\n";
    }

    private String scores(Head head) {
        double most = 0;
        for (double score : head.scores()) {
            most = Math.max(most, score);
        }
        double end = Math.min(1, Math.ceil(10 * most + 1e-9) / 10);
        return Html.section(
                "scores",
                "How hard the pictures are",
                "Left, all pictures that were ranked; right, those that were chosen. 0 is easy, 1 as hard as can be.",
                "<div class=\"charts\">\n" + histogram("All pictures", head.scores(), end)
                        + histogram("Chosen", head.chosen(), end) + "</div>\n");
    }

    private String histogram(String title, double[] scores, double end) {
        double[] shares = new double[BINS];
        for (double score : scores) {
            shares[Math.min(BINS - 1, (int) (score / end * BINS))] += 1.0 / scores.length;
        }
        return new Chart(title, criterion, "% of the pictures", Format::percent)
                .percent()
                .horizontal(0, end, false)
                .bars("a", shares)
                .html();
    }

    private String pictures(Head head) {
        String lead = answers.lead()
                + (added > SHOWN ? " Shown are the first " + SHOWN + "; the list has all " + added + "." : "");
        return Html.section(
                "pictures",
                "The pictures",
                lead,
                answers.legend() + "<div class=\"cases ranked\">\n" + cases + "</div>\n");
    }
}
