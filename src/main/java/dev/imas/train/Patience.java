package dev.imas.train;

import dev.imas.config.ImasConfig;

/**
 * Ends a run that no longer gets better (docs/method.md 5). Evaluations of the first epochs, which are without
 * unlabelled images, are not counted: what is to make it better has not begun.
 *
 * @param evaluations without a better result after which the run ends; 0: never
 * @param from        the first epoch, from 1, that counts
 */
record Patience(int evaluations, int from) {
    static Patience of(ImasConfig config) {
        boolean labelledAlone = config.method() == ImasConfig.Method.SUPERVISED;
        return new Patience(
                config.training().patience(),
                labelledAlone ? 1 : config.training().supOnlyEpochs() + 1);
    }

    /** @param epoch from 1 */
    boolean counts(int epoch) {
        return epoch >= from;
    }

    boolean exhausted(RunState state) {
        return evaluations > 0 && state.unimproved() >= evaluations;
    }
}
