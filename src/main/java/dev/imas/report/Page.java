package dev.imas.report;

import dev.imas.config.ImasConfig.Backbone;
import dev.imas.run.Summary;
import dev.imas.run.Summary.Figure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** The page: result first, then what is missing, key figures, and the sections. */
final class Page {
    /** Until the run has finished, the page is loaded again after so many seconds. */
    private static final String REFRESH = "<meta http-equiv=\"refresh\" content=\"20\">\n";

    private Page() {}

    static String html(Run run) {
        return document(
                run.name() + " – iMAS run",
                run.live().map(live -> REFRESH).orElse(""),
                head(run)
                        + notes(run)
                        + Tiles.html(run)
                        + PseudoLabelSection.html(run)
                        + Curves.html(run)
                        + HardnessSection.html(run)
                        + ClassSection.html(run)
                        + kept(run, KeptEvaluation::confusionSection)
                        + SampleSection.html(run)
                        + kept(run, KeptEvaluation::worstSection)
                        + SetupSection.html(run));
    }

    private static String kept(Run run, BiFunction<KeptEvaluation, List<String>, String> section) {
        return run.kept()
                .map(kept -> section.apply(
                        kept,
                        IntStream.range(0, kept.matrix().classes())
                                .mapToObj(run::className)
                                .toList()))
                .orElse("");
    }

    /** A page of its own, with the style of all pages; {@code body} is markup. */
    static String document(String title, String body) {
        return document(title, "", body);
    }

    private static String document(String title, String meta, String body) {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                + "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"color-scheme\" content=\"light dark\">\n" + meta + "<title>" + Html.escape(title)
                + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body>\n<main>\n" + body
                + "</main>\n</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream in = Page.class.getResourceAsStream("/report/report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String head(Run run) {
        StringBuilder facts = new StringBuilder();
        fact(facts, "method", method(run));
        fact(facts, "data", data(run));
        fact(facts, "network", network(run));
        fact(facts, "labelled loss", loss(run));
        fact(facts, "seed", run.text(Figure.SEED, ""));
        double seconds = run.summary().number(Figure.SECONDS);
        double from = run.summary().number(Figure.SECONDS_FROM_STEP);
        String since = from > 0 ? ", since step " + Format.count((long) from) : "";
        fact(facts, "time", Double.isNaN(seconds) ? "" : Format.duration(seconds) + since);
        double miou = run.miou();
        String result = Double.isNaN(miou)
                ? "<p class=\"result none\">not evaluated yet</p>\n"
                : "<p class=\"result\"><b>" + Format.fixed(100 * miou, 1) + "</b> <span>% mIoU of the "
                        + run.result().word()
                        + (run.finished() ? kept(run) : ", so far") + "</span></p>\n";
        return "<header>\n<div><p class=\"kind\">iMAS training run</p>\n<h1>" + Html.escape(run.name()) + "</h1>\n"
                + result + run.live().map(Page::underWay).orElse("") + "</div>\n<dl>\n" + facts + "</dl>\n</header>\n";
    }

    private static String underWay(Live live) {
        return "<p class=\"live\"><i></i>" + Html.escape(live.words()) + "</p>\n";
    }

    /** Of which epoch the result is, where that need not be the last. */
    private static String kept(Run run) {
        return run.keepsBest() && !Double.isNaN(run.keptEpoch())
                ? ", epoch " + Format.count((long) run.keptEpoch())
                : "";
    }

    /** The supervised loss, where it is not plain cross-entropy. */
    private static String loss(Run run) {
        String loss = run.config().setting("supervised.loss").toLowerCase(Locale.ROOT);
        String weights = run.config().setting("supervised.class_weights");
        boolean weighted = !weights.isEmpty() && !weights.equals("[]");
        String words =
                switch (loss) {
                    case "ce+dice" -> "cross-entropy and Dice";
                    case "ohem" -> "cross-entropy of hard pixels";
                    default -> weighted ? "cross-entropy" : "";
                };
        return words + (weighted ? ", classes weighted " + weights : "");
    }

    static void fact(StringBuilder facts, String name, String value) {
        if (!value.isBlank()) {
            facts.append("<div><dt>")
                    .append(name)
                    .append("</dt><dd>")
                    .append(Html.escape(value))
                    .append("</dd></div>\n");
        }
    }

    private static String method(Run run) {
        return switch (run.method()) {
            case "IMAS" -> "iMAS";
            case "UNIFORM" -> "uniform: every γ is 1";
            case "SUPERVISED" -> "supervised: labelled images only";
            default -> run.text(Figure.METHOD, "");
        };
    }

    private static String data(Run run) {
        boolean generated = run.config().setting("data.layout").equalsIgnoreCase("embedded");
        String root = run.config().setting("data.root");
        String name =
                generated ? "generated scenes" : root.isEmpty() ? run.config().setting("data.layout") : lastName(root);
        if (run.summary().pictures().isPresent()) {
            Summary.Pictures counts = run.summary().pictures().get();
            return (name.isEmpty() ? "" : name + ": ") + Format.count(counts.labeled()) + " labelled"
                    + (counts.unlabeled() == 0 ? "" : ", " + Format.count(counts.unlabeled()) + " unlabelled")
                    + (counts.validation().isEmpty()
                            ? ""
                            : ", " + Format.count(counts.validation().getAsLong()) + " for validation");
        }
        // A run without summary: what its settings tell.
        String images = run.config().setting("data.embedded.images");
        if (generated && !images.isEmpty()) {
            return images + " generated scenes, " + run.config().setting("data.embedded.labeled") + " of them labelled";
        }
        String labeled = run.config().setting("data.labeled");
        return name + (generated || labeled.isEmpty() ? "" : ", labelled: " + labeled);
    }

    /** The last name of a path of either system; handled as text, since it need not be a path of this machine. */
    private static String lastName(String path) {
        String trimmed = path.replaceAll("[/\\\\]+$", "");
        return trimmed.isEmpty()
                ? path
                : trimmed.substring(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1);
    }

    private static String network(Run run) {
        String backbone = Backbone.title(run.config().setting("network.backbone"));
        if (run.config().setting("network.head").equalsIgnoreCase("dpt")) {
            return "DPT on " + backbone
                    + (run.config().setting("network.freeze_encoder").equals("true") ? ", encoder frozen" : "");
        }
        String stride = run.config().setting("network.output_stride");
        return backbone.isEmpty()
                ? ""
                : "DeepLabV3+ on " + backbone + (stride.isEmpty() ? "" : ", output stride " + stride);
    }

    private static String notes(Run run) {
        if (run.notes().isEmpty()) {
            return "";
        }
        StringBuilder items = new StringBuilder();
        run.notes()
                .forEach(note -> items.append("<li>").append(Html.escape(note)).append("</li>\n"));
        return "<aside class=\"notes\">\n<h2>This report is incomplete</h2>\n<ul>\n" + items + "</ul>\n</aside>\n";
    }
}
