package dev.imas.train;

/** A run was asked to end before its last step ({@link TrainListener#stops}), and can go on from where it stands. */
public final class RunStopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param step steps finished; 0: there is nothing to go on from, and the same command begins anew */
    RunStopped(long step) {
        super(step == 0 ? "before the first step" : "after step " + step);
    }
}
