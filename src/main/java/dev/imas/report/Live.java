package dev.imas.report;

/**
 * Where a run stands that is under way, for its report.
 *
 * @param epoch   epochs that have ended
 * @param epochs  of the whole run
 * @param left    how long it will still take, such as "about 12 min left"; empty where that is not known yet
 * @param written when, on the clock of who looks, such as "18:14"
 */
public record Live(int epoch, int epochs, String left, String written) {
    String words() {
        return "Under way: epoch " + Format.count(epoch) + " of " + Format.count(epochs)
                + (left.isEmpty() ? "" : ", " + left) + " at " + written + ". This page follows.";
    }
}
