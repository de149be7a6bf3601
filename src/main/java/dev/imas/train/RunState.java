package dev.imas.train;

import dev.imas.run.EpochMetrics;

/**
 * Where a run stands, beside its tensors; part of every checkpoint.
 *
 * @param step           steps finished
 * @param bestTeacher    best mIoU of the teacher so far, in [0,1]; -1 before the first evaluation
 * @param bestEpoch      its epoch, 0 before the first evaluation
 * @param bestStep       its step, -1 before the first evaluation
 * @param last           the last evaluation, or null
 * @param metricsBytes   length of metrics.csv
 * @param hardnessBytes  length of hardness.csv
 * @param teacherMirrors the teacher is an exact copy of the student
 * @param precision      the resolved precision, kept by a resumed run
 */
record RunState(
        long step,
        double bestTeacher,
        int bestEpoch,
        long bestStep,
        EpochMetrics last,
        long metricsBytes,
        long hardnessBytes,
        boolean teacherMirrors,
        String precision) {

    static RunState start(String precision) {
        return new RunState(0, -1, 0, -1, null, 0, 0, true, precision);
    }

    RunState stepped(boolean mirrors) {
        return new RunState(
                step + 1, bestTeacher, bestEpoch, bestStep, last, metricsBytes, hardnessBytes, mirrors, precision);
    }

    RunState evaluated(EpochMetrics metrics) {
        boolean best = metrics.miouTeacher() > bestTeacher;
        return new RunState(
                step,
                best ? metrics.miouTeacher() : bestTeacher,
                best ? metrics.epoch() : bestEpoch,
                best ? metrics.step() : bestStep,
                metrics,
                metricsBytes,
                hardnessBytes,
                teacherMirrors,
                precision);
    }

    RunState written(long metrics, long hardness) {
        return new RunState(step, bestTeacher, bestEpoch, bestStep, last, metrics, hardness, teacherMirrors, precision);
    }
}
