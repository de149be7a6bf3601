package dev.imas.report;

import dev.imas.run.Metrics;
import dev.imas.run.Metrics.Row;

/** How the training went: mIoU, losses, gamma, learning rate and throughput over the steps. */
final class Curves {
    private Curves() {}

    static String html(Run run) {
        Metrics m = run.metrics();
        if (m.rows().isEmpty()) {
            return "";
        }
        long end = m.last().step();
        StringBuilder figures = new StringBuilder();
        Series student = Series.of(m, Row::miouStudent);
        Series teacher = Series.of(m, Row::miouTeacher);
        if (!student.isEmpty() || !teacher.isEmpty()) {
            Chart chart = chart("mIoU on the validation images", "%", end, true).percent();
            if (!teacher.isEmpty()) {
                chart.dots("teacher", "a", teacher);
            }
            if (!student.isEmpty()) {
                chart.dots("student", "b", student);
            }
            figures.append(chart.html());
        }
        Series dice = Series.of(m, Row::lossDice);
        noisy(
                figures,
                chart("Supervised loss", "nats per pixel" + (dice.isEmpty() ? "" : ", and Dice"), end, false),
                "running mean",
                "a",
                Series.of(m, Row::lossSup));
        noisy(figures, chart("Dice part of the supervised loss", "0 to 1", end, false), "running mean", "a", dice);
        noisy(
                figures,
                chart("Consistency loss", "nats per pixel, times λ", end, false),
                "running mean",
                "a",
                Series.of(m, Row::lossUnsup));
        Series gamma = Series.of(m, Row::gammaMean);
        Series confident = Series.of(m, Row::confidentRatio);
        if (!gamma.isEmpty() || !confident.isEmpty()) {
            Chart chart = new Chart("Agreement and confidence", "step", "0 to 1", v -> Format.fixed(v, 2))
                    .horizontal(0, end, true)
                    .top(1);
            if (!gamma.isEmpty()) {
                chart.noisy("mean γ", "a", gamma);
            }
            if (!confident.isEmpty()) {
                chart.noisy("share of confident pixels", "b", confident);
            }
            figures.append(chart.html());
        }
        Series lr = Series.of(m, Row::lr);
        if (!lr.isEmpty()) {
            figures.append(chart("Learning rate", "base rate of the encoder", end, false)
                    .line("last", "a", lr)
                    .html());
        }
        noisy(
                figures,
                chart("Throughput", "images per second", end, false),
                "running mean",
                "a",
                Series.of(m, Row::imagesPerSecond));
        String lead = run.measuresHardness()
                ? "γ says how far student and teacher agree on an unlabelled image and are sure of it; "
                        + "it steers loss weight, augmentation and mixing."
                : "";
        return Html.section("curves", "Training", lead, "<div class=\"charts\">\n" + figures + "</div>\n");
    }

    private static Chart chart(String title, String unit, long end, boolean share) {
        return new Chart(title, "step", unit, share ? Format::percent : Format::significant).horizontal(0, end, true);
    }

    private static void noisy(StringBuilder figures, Chart chart, String name, String style, Series series) {
        if (!series.isEmpty()) {
            figures.append(chart.noisy(name, style, series).html());
        }
    }
}
