package dev.imas.train;

import dev.imas.run.EpochMetrics;
import dev.imas.run.PseudoLabels;
import dev.imas.run.RunSummary;
import dev.imas.run.StepMetrics;

/** Hears what a run does; all methods are called on the training thread. */
public interface TrainListener {
    /** @param startStep 0, or the step a resumed run continues at */
    default void started(long startStep, long totalSteps, int stepsPerEpoch) {}

    /**
     * Whether the run is to end here, to be resumed later; asked after every step. A run that ends so writes a
     * checkpoint and throws {@link RunStopped}.
     */
    default boolean stops() {
        return false;
    }

    default void step(StepMetrics metrics) {}

    default void evaluated(EpochMetrics metrics) {}

    /** How far the teacher's labels could be learned from, after evaluations and before they first are. */
    default void pseudoLabels(PseudoLabels.Look look) {}

    /** A checkpoint was written, from which the run could go on. */
    default void checkpoint(long step) {}

    /** A line worth telling: a checkpoint skipped, a precision chosen. */
    default void message(String line) {}

    /**
     * Initial weights are being fetched.
     *
     * @param done  bytes that are here
     * @param total bytes of the file, or -1 when the server does not say
     */
    default void fetching(String name, long done, long total) {}

    default void finished(RunSummary summary) {}
}
