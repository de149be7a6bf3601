package dev.imas.report;

import dev.imas.run.Metrics;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Points of a curve, all finite. */
record Series(double[] x, double[] y) {
    /** The finite values of one column of metrics.csv over the steps. */
    static Series of(Metrics metrics, ToDoubleFunction<Metrics.Row> column) {
        List<Metrics.Row> finite = metrics.rows().stream()
                .filter(r -> Double.isFinite(column.applyAsDouble(r)))
                .toList();
        return new Series(
                finite.stream().mapToDouble(Metrics.Row::step).toArray(),
                finite.stream().mapToDouble(column).toArray());
    }

    boolean isEmpty() {
        return x.length == 0;
    }

    /** The last value; NaN if there is none. */
    double last() {
        return isEmpty() ? Double.NaN : y[y.length - 1];
    }
}
