package dev.imas.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The rows of metrics.csv in the order of their steps; a step written twice (a resumed run) counts as written last. */
public record Metrics(List<Row> rows) {
    /** Those of a run without the file. */
    public static final Metrics NONE = new Metrics(List.of());

    private static final List<String> NEEDED = List.of("epoch", "step");
    private static final List<String> MEASURED = List.of(
            "lr",
            "loss_sup",
            "loss_unsup",
            "gamma_mean",
            "confident_ratio",
            "miou_student",
            "miou_teacher",
            "images_per_second");
    /** Columns that older files lack, which is not worth a word. */
    private static final List<String> LATER = List.of("loss_dice");

    /** One row; quantities that it does not have are NaN. Shares and mIoU in [0,1]. */
    public record Row(
            long epoch,
            long step,
            double lr,
            double lossSup,
            double lossUnsup,
            double gammaMean,
            double confidentRatio,
            double miouStudent,
            double miouTeacher,
            double imagesPerSecond,
            double lossDice) {}

    /** Writes the file as a run goes on. */
    public static final class Log implements AutoCloseable {
        private final CsvLog csv;

        /**
         * Opens or creates the file.
         *
         * @param position bytes to keep of an earlier part of the run; 0 starts anew
         */
        public Log(Path file, long position) throws IOException {
            csv = new CsvLog(file, position, NEEDED, MEASURED, LATER);
        }

        /** A row of a step that was not followed by an evaluation. */
        public void row(StepMetrics step) {
            row(step, Double.NaN, Double.NaN);
        }

        /** A row of a step and of the evaluation after it. */
        public void row(StepMetrics step, EpochMetrics evaluation) {
            row(step, evaluation.miouStudent(), evaluation.miouTeacher());
        }

        /** A row of an evaluation whose step has its own. */
        public void row(EpochMetrics evaluation) {
            double none = Double.NaN;
            row(
                    new StepMetrics(
                            evaluation.epoch(), evaluation.step(), none, none, none, none, none, none, none, none),
                    evaluation);
        }

        private void row(StepMetrics m, double miouStudent, double miouTeacher) {
            csv.row(
                    m.epoch(),
                    m.step(),
                    m.lr(),
                    m.lossSup(),
                    m.lossUnsup(),
                    m.gammaMean(),
                    m.confidentRatio(),
                    miouStudent,
                    miouTeacher,
                    m.imagesPerSecond(),
                    m.lossDice());
        }

        /** Makes the rows durable and returns their length in bytes. */
        public long sync() throws IOException {
            return csv.sync();
        }

        @Override
        public void close() throws IOException {
            csv.close();
        }
    }

    /**
     * Reads what is usable.
     *
     * @param notes told in a sentence each what is missing or damaged
     */
    public static Metrics read(Path file, List<String> notes) {
        TreeMap<Long, Row> rows = new TreeMap<>();
        CsvFile.read(file, NEEDED, MEASURED, notes, r -> {
            Row row = new Row(
                    r.integer("epoch"),
                    r.integer("step"),
                    r.number("lr"),
                    r.number("loss_sup"),
                    r.number("loss_unsup"),
                    r.number("gamma_mean"),
                    r.number("confident_ratio"),
                    r.number("miou_student"),
                    r.number("miou_teacher"),
                    r.number("images_per_second"),
                    r.number("loss_dice"));
            rows.merge(row.step, row, Metrics::combine);
        });
        return new Metrics(List.copyOf(rows.values()));
    }

    /** An evaluation may write its own row at a step that already has one: neither hides the other's values. */
    private static Row combine(Row old, Row now) {
        return new Row(
                now.epoch,
                now.step,
                pick(old.lr, now.lr),
                pick(old.lossSup, now.lossSup),
                pick(old.lossUnsup, now.lossUnsup),
                pick(old.gammaMean, now.gammaMean),
                pick(old.confidentRatio, now.confidentRatio),
                pick(old.miouStudent, now.miouStudent),
                pick(old.miouTeacher, now.miouTeacher),
                pick(old.imagesPerSecond, now.imagesPerSecond),
                pick(old.lossDice, now.lossDice));
    }

    private static double pick(double old, double now) {
        return Double.isNaN(now) ? old : now;
    }

    /** The last row; there must be one. */
    public Row last() {
        return rows.get(rows.size() - 1);
    }

    /** The last finite value of a column; NaN if there is none. */
    public double last(ToDoubleFunction<Row> column) {
        return rows.stream().mapToDouble(column).filter(Double::isFinite).reduce(Double.NaN, (before, last) -> last);
    }
}
