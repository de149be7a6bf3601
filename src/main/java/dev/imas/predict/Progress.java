package dev.imas.predict;

/**
 * Told how far a call of {@link Segmenter} is, and asked whether it shall go on: between two pieces (windows or tiles)
 * on the calling thread, so it must be quick.
 */
@FunctionalInterface
public interface Progress {
    /** Nobody listens. */
    Progress NONE = (done, all) -> true;

    /**
     * Called before the first piece with 0, and after each.
     *
     * @param done pieces that are done
     * @param all  pieces there are
     * @return whether to go on; false ends the call with {@link Cancelled}
     */
    boolean goOn(long done, long all);

    /** What a call ends with when its listener wants no more of it. */
    final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1;

        Cancelled(long done, long all) {
            super("cancelled after " + done + " of " + all + " pieces");
        }
    }
}
