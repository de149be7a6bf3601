package dev.imas.distributed;

/** Waiting between two looks. */
final class Pause {
    private Pause() {}

    static void of(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
