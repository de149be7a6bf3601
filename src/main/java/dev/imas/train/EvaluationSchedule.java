package dev.imas.train;

/**
 * After which epochs student and teacher are evaluated.
 *
 * @param every  epochs between evaluations
 * @param epochs of the whole run; the last is always evaluated
 */
record EvaluationSchedule(int every, int epochs) {
    /** @param epoch from 1 */
    boolean due(int epoch) {
        return epoch == epochs || every > 0 && epoch % every == 0;
    }
}
