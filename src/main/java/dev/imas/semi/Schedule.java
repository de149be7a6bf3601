package dev.imas.semi;

import dev.imas.config.ImasConfig.TeacherStart;
import dev.imas.config.ImasConfig.Training;

/**
 * Learning rate and EMA decay of every step (docs/method.md 3.8, 3.9).
 *
 * @param baseLr        learning rate of the first step
 * @param power         exponent of the poly schedule
 * @param epochs        epochs in all
 * @param stepsPerEpoch steps an epoch
 * @param supOnlyEpochs first epochs without unlabelled images
 * @param emaCap        largest EMA decay
 * @param emaWindow     share of the steps so far that the rising decay averages over, in (0,1]
 * @param teacherStart  from when on the teacher averages
 * @param lag           steps that the learning rate is behind: the published UniMatch V2 sets it after a step
 */
public record Schedule(
        double baseLr,
        double power,
        int epochs,
        long stepsPerEpoch,
        int supOnlyEpochs,
        double emaCap,
        double emaWindow,
        TeacherStart teacherStart,
        int lag) {
    /** With a learning rate that is not behind. */
    public Schedule(
            double baseLr,
            double power,
            int epochs,
            long stepsPerEpoch,
            int supOnlyEpochs,
            double emaCap,
            double emaWindow,
            TeacherStart teacherStart) {
        this(baseLr, power, epochs, stepsPerEpoch, supOnlyEpochs, emaCap, emaWindow, teacherStart, 0);
    }

    /** The schedule of a training. */
    public static Schedule of(Training t, long stepsPerEpoch) {
        return new Schedule(
                t.lr(),
                t.polyPower(),
                t.epochs(),
                stepsPerEpoch,
                t.supOnlyEpochs(),
                t.emaDecay(),
                t.emaWindow(),
                t.teacherStart(),
                t.lrLag());
    }

    /** Steps of the whole run. */
    public long steps() {
        return epochs * stepsPerEpoch;
    }

    /** Rate with which step i (from 0) is made: baseLr * (1 - i'/N)^power with i' = max(i - lag, 0). */
    public double lr(long step) {
        return baseLr * Math.pow(1 - (double) Math.max(step - lag, 0) / steps(), power);
    }

    /**
     * Decay of the teacher's update after step i. COPY: 0 (the teacher copies the student) up to and including the
     * epoch after the supervised-only ones, then min(1 - 1/(window * i' + 1), cap) with i' counted from the end of the
     * supervised-only epochs. AVERAGE: min(1 - 1/(window * i + 1), cap) from the first step on. Published: window 1.
     */
    public double emaDecay(long step) {
        if (teacherStart == TeacherStart.AVERAGE) {
            return rising(step);
        }
        return step / stepsPerEpoch <= supOnlyEpochs ? 0 : rising(step - supOnlyEpochs * stepsPerEpoch);
    }

    private double rising(long step) {
        return Math.min(1 - 1.0 / (emaWindow * step + 1), emaCap);
    }
}
