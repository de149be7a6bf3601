package dev.imas.semi;

/**
 * Learning rate and EMA decay of every step (method 3.8, 3.9).
 *
 * @param baseLr        learning rate of the first step
 * @param power         exponent of the poly schedule
 * @param epochs        epochs in all
 * @param stepsPerEpoch steps an epoch
 * @param supOnlyEpochs first epochs without unlabelled images
 * @param emaCap        largest EMA decay
 */
public record Schedule(double baseLr, double power, int epochs, long stepsPerEpoch, int supOnlyEpochs, double emaCap) {
    /** Steps of the whole run. */
    public long steps() {
        return epochs * stepsPerEpoch;
    }

    /** Rate with which step i (from 0) is made: baseLr * (1 - i/N)^power. */
    public double lr(long step) {
        return baseLr * Math.pow(1 - (double) step / steps(), power);
    }

    /**
     * Decay of the teacher's update after step i: 0 (the teacher copies the student) up to and including the epoch
     * after the supervised-only ones, then min(1 - 1/(i' + 1), cap) with i' counted from the end of the
     * supervised-only epochs.
     */
    public double emaDecay(long step) {
        if (step / stepsPerEpoch <= supOnlyEpochs) {
            return 0;
        }
        return Math.min(1 - 1.0 / (step - supOnlyEpochs * stepsPerEpoch + 1), emaCap);
    }
}
