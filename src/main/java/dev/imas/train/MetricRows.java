package dev.imas.train;

import dev.imas.run.EpochMetrics;
import dev.imas.run.Metrics;
import dev.imas.run.RunDirectory;
import dev.imas.run.StepMetrics;
import dev.imas.semi.StepResult;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The rows of metrics.csv. A row's figures are asked for when its step is queued; when they have arrived, they are
 * checked, told and written.
 */
final class MetricRows {
    private final Metrics.Log log;
    private final StepFigures figures;
    private final Consumer<StepMetrics> listener;
    private final Divergence divergence;
    private final int every;

    /**
     * @param position bytes of the file that an earlier part of the run wrote
     * @param listener told every row
     * @param every    steps between rows
     * @param opened   closes the file
     */
    MetricRows(
            RunDirectory directory,
            long position,
            StepFigures figures,
            Consumer<StepMetrics> listener,
            Divergence divergence,
            int every,
            Opened opened)
            throws IOException {
        this.log = opened.keep(new Metrics.Log(directory.metrics(), position));
        this.figures = figures;
        this.listener = listener;
        this.divergence = divergence;
        this.every = Math.max(1, every);
    }

    /** Whether a step has a row; the last of an epoch always has. */
    boolean due(long step) {
        return step % every == 0;
    }

    /** Asks for the figures of a step; those asked for before must have been told. */
    void ask(int epoch, long step, double lr, Stopwatch.Lap lap, StepResult result) {
        figures.ask(epoch, step, lr, lap, result);
    }

    /** Tells and writes the row that was asked for, if there is one whose figures are here. */
    void tellArrived() {
        if (figures.arrived()) {
            write(tell(), Optional.empty());
        }
    }

    /** The same, waiting for the figures. */
    void tellPending() {
        if (figures.pending()) {
            write(tell(), Optional.empty());
        }
    }

    /** Tells the figures that were asked for, waiting for them; the row is to be written. */
    StepMetrics tell() {
        StepMetrics metrics = divergence.checked(figures.read());
        listener.accept(metrics);
        return metrics;
    }

    /** Writes a row, with the evaluation that followed the step. */
    void write(StepMetrics m, Optional<EpochMetrics> evaluation) {
        evaluation.ifPresentOrElse(found -> log.row(m, found), () -> log.row(m));
    }

    /** Writes an evaluation whose step has its row. */
    void write(EpochMetrics evaluation) {
        log.row(evaluation);
    }

    /** Makes the rows durable and returns their length in bytes. */
    long sync() throws IOException {
        return log.sync();
    }
}
