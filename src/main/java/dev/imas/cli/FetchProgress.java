package dev.imas.cli;

import java.util.Locale;

/** Shows how much of a file has come: a line that is redrawn on a terminal, one line a tenth elsewhere. */
final class FetchProgress {
    /** Where the server does not say how much there is, so many bytes make a line. */
    private static final long TOLD_BYTES = 10_000_000;

    private final Console console;
    private long told;

    FetchProgress(Console console) {
        this.console = console;
    }

    void fetching(String name, long done, long total) {
        String share = total > 0
                ? String.format(Locale.ROOT, "%s: %.0f of %.0f MB", name, done / 1e6, total / 1e6)
                : String.format(Locale.ROOT, "%s: %.0f MB", name, done / 1e6);
        long part = total > 0 ? 10 * done / total : done / TOLD_BYTES;
        if (console.interactive()) {
            console.redraw(share + (done == total ? System.lineSeparator() : ""));
        } else if (part != told) {
            console.err().println(share);
        }
        told = part;
    }
}
