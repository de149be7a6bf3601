package dev.imas.common;

/** Waiting between two looks. */
public final class Pause {
    private Pause() {}

    /** Returns at once, and leaves it noted, when the thread is interrupted. */
    public static void of(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
