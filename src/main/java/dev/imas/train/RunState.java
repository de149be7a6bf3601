package dev.imas.train;

import dev.imas.run.EpochMetrics;

/**
 * Where a run stands, beside its tensors; part of every checkpoint.
 *
 * @param step           steps finished
 * @param best           the evaluation with the best result so far, the first of equal ones; null before the first
 * @param unimproved     evaluations since then that {@link Patience} counts
 * @param last           the last evaluation, or null
 * @param metricsBytes   length of metrics.csv
 * @param hardnessBytes  length of hardness.csv
 * @param teacherMirrors the teacher is an exact copy of the student
 * @param precision      the resolved precision, kept by a resumed run
 * @param rebuiltAt      step at which another number of epochs last began to hold; 0: one held all along
 */
record RunState(
        long step,
        EpochMetrics best,
        int unimproved,
        EpochMetrics last,
        long metricsBytes,
        long hardnessBytes,
        boolean teacherMirrors,
        String precision,
        long rebuiltAt) {

    static RunState start(String precision) {
        return new RunState(0, null, 0, null, 0, 0, true, precision, 0);
    }

    RunState stepped(boolean mirrors) {
        return new RunState(
                step + 1, best, unimproved, last, metricsBytes, hardnessBytes, mirrors, precision, rebuiltAt);
    }

    /**
     * @param better whether its result is the best so far
     * @param counts whether it is one that {@link Patience} counts if it is no better
     */
    RunState evaluated(EpochMetrics metrics, boolean better, boolean counts) {
        return new RunState(
                step,
                better ? metrics : best,
                better ? 0 : unimproved + (counts ? 1 : 0),
                metrics,
                metricsBytes,
                hardnessBytes,
                teacherMirrors,
                precision,
                rebuiltAt);
    }

    RunState written(long metrics, long hardness) {
        return new RunState(step, best, unimproved, last, metrics, hardness, teacherMirrors, precision, rebuiltAt);
    }

    /** From here on with another number of epochs. */
    RunState rebuilt() {
        return new RunState(step, best, unimproved, last, metricsBytes, hardnessBytes, teacherMirrors, precision, step);
    }

    /** Whether the networks as they are were evaluated. */
    boolean evaluated() {
        return last != null && last.step() == step;
    }

    /** Epoch of the best result so far, 0 before the first evaluation. */
    int bestEpoch() {
        return best == null ? 0 : best.epoch();
    }

    /** Its step, -1 before the first evaluation. */
    long bestStep() {
        return best == null ? -1 : best.step();
    }
}
