package dev.imas.report;

import dev.imas.report.Compared.Group;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The page of a comparison: verdict, tables, curves, classes, pictures, and how it was found. */
public final class ComparisonPage {
    /** Looks of the methods that the style knows, in the order of their rows. */
    private static final String[] LOOKS = {"m0", "m1", "m2", "m3", "m4", "m5"};

    private static final Pattern FIGURES =
            Pattern.compile("[+−]?\\d+(?:\\.\\d)? ± \\d+\\.\\d points|(?<![\\d.])−?\\d+ %");

    private ComparisonPage() {}

    /** The page, which needs nothing else. */
    public static String html(Compared compared) {
        StringBuilder body = new StringBuilder("<style>\n" + style() + "</style>\n");
        body.append(head(compared)).append(notes(compared));
        boolean one = compared.groups().size() == 1;
        for (int i = 0; i < compared.groups().size(); i++) {
            body.append(ComparisonTables.html(compared.groups().get(i), "results" + (i + 1), one));
        }
        body.append(ComparisonCurves.html(compared))
                .append(ComparisonClasses.html(compared))
                .append(ComparisonPictures.html(compared))
                .append(method(compared));
        return Page.document(compared.title() + " – iMAS comparison", body.toString());
    }

    private static String style() {
        try (InputStream in = ComparisonPage.class.getResourceAsStream("/report/comparison.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String head(Compared compared) {
        StringBuilder facts = new StringBuilder();
        compared.facts().forEach((name, value) -> Page.fact(facts, name, value));
        return "<header class=\"comparison\">\n<div><p class=\"kind\">iMAS comparison</p>\n<h1>"
                + Html.escape(compared.title()) + "</h1>\n</div>\n<dl>\n" + facts + "</dl>\n</header>\n"
                + verdicts(compared.groups());
    }

    private static String verdicts(List<Group> groups) {
        StringBuilder verdicts = new StringBuilder();
        for (Group group : groups) {
            if (!group.verdict().isEmpty()) {
                verdicts.append("<div>")
                        .append(group.title().isEmpty() ? "" : "<small>" + Html.escape(group.title()) + "</small>");
                for (String sentence : group.verdict().split("; ")) {
                    verdicts.append("<p>").append(emphasised(sentence)).append("</p>");
                }
                verdicts.append("</div>\n");
            }
        }
        return verdicts.isEmpty()
                ? "<div class=\"verdicts none\"><p>Nothing can be said yet: no two methods have finished with one"
                        + " seed.</p></div>\n"
                : "<div class=\"verdicts\">\n" + verdicts + "</div>\n";
    }

    /** A sentence with its figures set off. */
    private static String emphasised(String sentence) {
        return FIGURES.matcher(Html.escape(Compared.capital(sentence))).replaceAll("<b>$0</b>");
    }

    private static String notes(Compared compared) {
        if (compared.notes().isEmpty()) {
            return "";
        }
        StringBuilder items = new StringBuilder();
        compared.notes()
                .forEach(note -> items.append("<li>").append(Html.escape(note)).append("</li>\n"));
        return "<aside class=\"notes\">\n<h2>This page is incomplete</h2>\n<ul>\n" + items + "</ul>\n</aside>\n";
    }

    private static String method(Compared compared) {
        String settings = compared.settings().isEmpty()
                ? ""
                : "<details><summary>Settings that all runs have in common</summary>\n<pre><code>"
                        + Html.escape(compared.settings()) + "</code></pre></details>\n";
        return Html.section("method", "How this was found", Html.escape(compared.method()), settings);
    }

    /** How a row looks on the whole page; the ceiling has a look of its own. */
    static String look(int place) {
        return place < 0 ? "ceiling" : LOOKS[place % LOOKS.length];
    }

    static String dot(int place) {
        return "<span class=\"key " + look(place) + "\"></span>";
    }
}
