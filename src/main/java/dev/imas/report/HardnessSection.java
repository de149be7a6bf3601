package dev.imas.report;

import dev.imas.run.Hardness;

/** How hard the unlabelled images are: quantiles over the epochs, the last epoch's distribution, and its extremes. */
final class HardnessSection {
    private static final int BINS = 20;
    private static final int LISTED = 8;
    /** A trace of more epochs than this is thinned. */
    private static final int TRACE_POINTS = 60;

    private HardnessSection() {}

    static String html(Run run) {
        Hardness hardness = run.hardness();
        if (hardness.isEmpty() || !run.measuresHardness()) { // others take every image for equally hard
            return "";
        }
        long last = hardness.epochs().lastKey();
        float[] sorted = hardness.sorted(last);
        String lead = "Hardness is 1 − γ: 0 where student and teacher agree with confidence, 1 where they "
                + "disagree or are unsure. Shown is the last value of each of "
                + Format.count(sorted.length)
                + " images in each epoch." + atFirst(run);
        int[] ranked = hardness.ranked();
        int listed = Math.min(LISTED, ranked.length / 2);
        int[] hardest = new int[listed];
        int[] easiest = new int[listed];
        for (int k = 0; k < listed; k++) {
            hardest[k] = ranked[ranked.length - 1 - k];
            easiest[k] = ranked[k];
        }
        String lists = listed == 0
                ? ""
                : "<div class=\"pair\">\n" + list("Hardest images of epoch " + last, hardness, hardest)
                        + list("Easiest images of epoch " + last, hardness, easiest) + "</div>\n";
        return Html.section(
                "hardness",
                "Hardness of the unlabelled images",
                lead,
                "<div class=\"charts\">\n" + bands(hardness) + histogram(sorted, last) + "</div>\n" + lists);
    }

    private static String atFirst(Run run) {
        return run.config().setting("training.teacher_start").equalsIgnoreCase("copy")
                ? " While the teacher is still a copy of the student, in the first epoch with unlabelled images, it"
                        + " measures confidence alone."
                : "";
    }

    private static String bands(Hardness hardness) {
        double[] shares = {0.05, 0.25, 0.5, 0.75, 0.95};
        long[] epochs = hardness.epochs().keySet().stream()
                .mapToLong(Long::longValue)
                .filter(e -> hardness.sorted(e).length > 0)
                .toArray();
        double[] x = new double[epochs.length];
        double[][] quantiles = new double[shares.length][epochs.length];
        for (int e = 0; e < epochs.length; e++) {
            x[e] = epochs[e];
            float[] sorted = hardness.sorted(epochs[e]);
            for (int q = 0; q < shares.length; q++) {
                quantiles[q][e] = quantile(sorted, shares[q]);
            }
        }
        Series median = new Series(x, quantiles[2]);
        Chart chart = new Chart("Distribution over the epochs", "epoch", "hardness", v -> Format.fixed(v, 2))
                .top(1)
                .horizontal(Math.min(1, x[0]), x[x.length - 1], true);
        if (x.length > 1) {
            chart.band("5–95 %", "outer", x, quantiles[0], quantiles[4])
                    .band("25–75 %", "inner", x, quantiles[1], quantiles[3]);
        }
        return chart.dots("median", "a", median).html();
    }

    /** The q-quantile, interpolated between neighbours, of a non-empty ascending array. */
    private static double quantile(float[] sorted, double q) {
        double at = q * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    private static String histogram(float[] sorted, long epoch) {
        double[] shares = new double[BINS];
        for (float value : sorted) {
            shares[Math.min(BINS - 1, (int) (value * BINS))] += 1.0 / sorted.length;
        }
        return new Chart("Epoch " + epoch, "hardness", "% of the images", Format::percent)
                .percent()
                .horizontal(0, 1, false)
                .bars("a", shares)
                .html();
    }

    private static String list(String title, Hardness hardness, int[] images) {
        StringBuilder rows = new StringBuilder();
        long last = hardness.epochs().lastKey();
        for (int image : images) {
            float value = hardness.at(last, image);
            rows.append("<tr><th scope=\"row\">")
                    .append(Html.escape(hardness.images().get(image)))
                    .append("</th><td class=\"trace\">")
                    .append(trace(hardness, image))
                    .append("</td><td class=\"n\">")
                    .append(Format.fixed(1 - value, 2))
                    .append("</td><td class=\"n\"><b>")
                    .append(Format.fixed(value, 2))
                    .append("</b></td></tr>\n");
        }
        return "<div class=\"scroll\"><table class=\"ranking\">\n<caption>" + Html.escape(title) + "</caption>\n"
                + "<thead><tr><th scope=\"col\">image</th><th scope=\"col\">over the epochs</th><th "
                + "scope=\"col\" class=\"n\">γ</th>"
                + "<th scope=\"col\" class=\"n\">hardness</th></tr></thead>\n<tbody>\n" + rows
                + "</tbody></table></div>\n";
    }

    /** The image's own curve, 0 at the bottom and 1 at the top. */
    private static String trace(Hardness hardness, int image) {
        long[] epochs = hardness.epochs().keySet().stream()
                .mapToLong(Long::longValue)
                .filter(e -> !Float.isNaN(hardness.at(e, image)))
                .toArray();
        if (epochs.length < 2) {
            return "";
        }
        int points = Math.min(epochs.length, TRACE_POINTS);
        StringBuilder path =
                new StringBuilder("<svg viewBox=\"0 0 96 20\" aria-hidden=\"true\"><path class=\"base\" d=\"M0 "
                        + "19.5H96\"/><path class=\"line a\" d=\"");
        for (int i = 0; i < points; i++) {
            long epoch = epochs[(int) ((long) i * (epochs.length - 1) / (points - 1))];
            path.append(i == 0 ? 'M' : 'L')
                    .append(Chart.coordinate(96.0 * i / (points - 1)))
                    .append(' ')
                    .append(Chart.coordinate(18.5 - 17 * hardness.at(epoch, image)));
        }
        return path.append("\"/></svg>").toString();
    }
}
