package dev.imas.report;

import dev.imas.run.CsvFile;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The rows of metrics.csv in the order of their steps; a step written twice (a resumed run) counts as written last. */
record Metrics(List<Row> rows) {
    static final Metrics NONE = new Metrics(List.of());

    /** One row; quantities that it does not have are NaN. Shares and mIoU in [0,1]. */
    record Row(long epoch, long step, double lr, double lossSup, double lossUnsup, double gammaMean, double confidentRatio,
               double miouStudent, double miouTeacher, double imagesPerSecond) {
    }

    /** Points of a curve, all finite; x is the step. */
    record Series(double[] x, double[] y) {
        boolean isEmpty() {
            return x.length == 0;
        }

        double last() {
            return isEmpty() ? Double.NaN : y[y.length - 1];
        }
    }

    static Metrics read(Path file, List<String> notes) {
        TreeMap<Long, Row> rows = new TreeMap<>();
        CsvFile.read(file, List.of("epoch", "step"), List.of("lr", "loss_sup", "loss_unsup", "gamma_mean", "confident_ratio",
                "miou_student", "miou_teacher", "images_per_second"), notes, r -> {
            Row row = new Row(r.integer("epoch"), r.integer("step"), r.number("lr"), r.number("loss_sup"), r.number("loss_unsup"),
                    r.number("gamma_mean"), r.number("confident_ratio"), r.number("miou_student"), r.number("miou_teacher"),
                    r.number("images_per_second"));
            rows.merge(row.step, row, Metrics::combine);
        });
        return new Metrics(List.copyOf(rows.values()));
    }

    /** An evaluation may write its own row at a step that already has one: neither hides the other's values. */
    private static Row combine(Row old, Row now) {
        return new Row(now.epoch, now.step, pick(old.lr, now.lr), pick(old.lossSup, now.lossSup), pick(old.lossUnsup, now.lossUnsup),
                pick(old.gammaMean, now.gammaMean), pick(old.confidentRatio, now.confidentRatio), pick(old.miouStudent, now.miouStudent),
                pick(old.miouTeacher, now.miouTeacher), pick(old.imagesPerSecond, now.imagesPerSecond));
    }

    private static double pick(double old, double now) {
        return Double.isNaN(now) ? old : now;
    }

    /** The finite values of one column. */
    Series series(ToDoubleFunction<Row> column) {
        List<Row> finite = rows.stream().filter(r -> Double.isFinite(column.applyAsDouble(r))).toList();
        return new Series(finite.stream().mapToDouble(Row::step).toArray(), finite.stream().mapToDouble(column).toArray());
    }

    Row last() {
        return rows.get(rows.size() - 1);
    }
}
