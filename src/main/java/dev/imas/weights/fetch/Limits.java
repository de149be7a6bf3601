package dev.imas.weights.fetch;

import java.time.Duration;

/**
 * How long a server is waited for.
 *
 * @param connect until a connection stands
 * @param stall   for the next bytes of an answer
 * @param probe   for the whole question whether a server can be reached, name look-up included
 * @param idle    attempts in a row that may bring nothing new before a download is given up
 * @param whole   for the whole download, so that a server that drips is not waited for without end
 */
record Limits(Duration connect, Duration stall, Duration probe, int idle, Duration whole) {
    /** The largest file takes so long at 25 kB/s; what came is kept for another run. */
    private static final Duration LONGEST = Duration.ofHours(2);

    static final Limits USUAL = new Limits(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(4), 2);

    /** With the usual time for the whole. */
    Limits(Duration connect, Duration stall, Duration probe, int idle) {
        this(connect, stall, probe, idle, LONGEST);
    }
}
