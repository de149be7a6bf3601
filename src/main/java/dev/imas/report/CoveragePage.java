package dev.imas.report;

import dev.imas.common.UserException;
import dev.imas.image.RgbImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The contact sheet of a choice of pictures that stand for others: every chosen one beside some of those that it stands
 * for. One file that needs nothing else, as {@link RankPage}.
 */
public final class CoveragePage {
    /** More are in the list alone. */
    public static final int SHOWN = RankPage.SHOWN;
    /** So many pictures at most are shown of each, itself among them. */
    public static final int PICTURES = 3;

    private final Optional<AnswerView> answers;
    private final StringBuilder cases = new StringBuilder();
    private int added;

    /** Of pictures that no network looks at. */
    public CoveragePage() {
        answers = Optional.empty();
    }

    /** As {@link RankPage#RankPage}: of pictures that are shown with what two networks answer. */
    public CoveragePage(List<String> names, List<Integer> palette, String compared) {
        answers = Optional.of(new AnswerView(names, palette, compared));
    }

    /** A picture to look at, in its small form. */
    public record Shown(String name, String size, String uri) {}

    /**
     * A chosen picture.
     *
     * @param score     its gain, in [0,1]
     * @param standsFor how many pictures are nearest to it, itself among them
     * @param shown     itself, and {@link #some} of the others
     * @param answered  what two networks answer about it, if they do
     */
    public record Entry(
            String name, double score, int standsFor, List<Shown> shown, Optional<RankPage.Entry> answered) {}

    /** Makes a picture small. */
    public static Shown shown(String name, RgbImage picture) {
        return new Shown(name, picture.width() + " × " + picture.height() + "\u00a0px", RankPage.uri(picture));
    }

    /** Of the pictures that one stands for, the nearest first, those to show: from the middle, and the farthest. */
    public static <T> List<T> some(List<T> others) {
        int last = others.size() - 1;
        return last < 1 ? others : List.of(others.get(last / 2), others.get(last));
    }

    /** Adds a picture below those before it. */
    public void add(Entry entry) {
        added++;
        cases.append("<article>\n<h3><i>")
                .append(added)
                .append("</i><span>")
                .append(Html.escape(entry.name()))
                .append("</span><b>")
                .append(Format.count(entry.standsFor()))
                .append("</b><small>")
                .append(entry.standsFor() == 1 ? "picture, itself" : "pictures that it stands for")
                .append("</small></h3>\n<div class=\"sample\">\n");
        for (int i = 0; i < entry.shown().size(); i++) {
            Shown shown = entry.shown().get(i);
            String title = i == 0 ? "chosen" : i == entry.shown().size() - 1 ? "the least like it" : "like it";
            cases.append(RankPage.figure(shown.uri(), title, i == 0 ? shown.size() : shown.name(), ""));
        }
        cases.append("</div>\n");
        answers.ifPresent(view -> entry.answered().ifPresent(answered -> cases.append("<div class=\"sample\">\n")
                .append(view.figures(answered))
                .append("</div>\n")
                .append(view.classes(answered))));
        cases.append("</article>\n");
    }

    /**
     * Writes the page.
     *
     * @param head   of the chosen pictures' scores
     * @param before whether there were annotated pictures before
     * @throws UserException when it cannot be written
     */
    public void write(Path file, RankPage.Head head, boolean before) {
        RankPage.write(
                file,
                Page.document(
                        head.title() + " – what to annotate next",
                        RankPage.header(head) + RankPage.notes(head) + left(head.chosen(), before) + pictures(head)));
    }

    private static String left(double[] gains, boolean before) {
        double[] x = new double[gains.length];
        double[] y = new double[gains.length];
        double left = 1;
        for (int i = 0; i < gains.length; i++) {
            // Where nothing was annotated before, the whole is how far all are from the first.
            left = i == 0 && !before ? 1 : Math.max(0, left - gains[i]);
            x[i] = i + 1.0;
            y[i] = left;
        }
        return Html.section(
                "coverage",
                "What is not covered yet",
                "How far the pictures lie from the nearest one that is chosen or was annotated before, on average, by"
                        + " their brightness, colours and contrast: as a share of the distance at the beginning. Where"
                        + " the curve lies flat, more masks show more of the same.",
                "<div class=\"charts\">\n"
                        + new Chart("Distance to the nearest", "pictures chosen", "% of the beginning", Format::percent)
                                .percent()
                                .horizontal(1, Math.max(2, gains.length), true)
                                .dots("left", "a", new Series(x, y))
                                .html()
                        + "</div>\n");
    }

    private String pictures(RankPage.Head head) {
        int chosen = head.chosen().length;
        String lead = "Each chosen picture, one of those that it stands for, and the one of them that is least like it."
                + answers.map(view -> " " + view.lead()).orElse("")
                + (chosen > added ? " Shown are the first " + added + "; the list has all " + chosen + "." : "");
        return Html.section(
                "pictures",
                "The pictures",
                lead,
                answers.map(AnswerView::legend).orElse("") + "<div class=\"cases ranked\">\n" + cases + "</div>\n");
    }
}
