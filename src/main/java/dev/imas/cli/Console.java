package dev.imas.cli;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out         results
 * @param err         progress and complaints
 * @param interactive a person watches a terminal that can redraw a line
 */
record Console(PrintStream out, PrintStream err, boolean interactive) {
    static Console system() {
        return new Console(
                System.out,
                System.err,
                System.console() != null && System.getenv("TERM") != null && !"dumb".equals(System.getenv("TERM")));
    }
}
