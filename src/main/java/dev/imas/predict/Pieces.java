package dev.imas.predict;

import dev.imas.common.Interrupts;

/** Counts the pieces of a call, and ends it between two of them where that is asked for. */
final class Pieces {
    private final Progress progress;
    private final long all;
    private long done;

    /** Tells of none done. */
    Pieces(Progress progress, long all) {
        this.progress = progress;
        this.all = all;
        tell();
    }

    /** Tells of one more. */
    void done() {
        done++;
        tell();
    }

    private void tell() {
        Interrupts.check();
        if (!progress.goOn(done, all)) {
            throw new Progress.Cancelled(done, all);
        }
    }
}
