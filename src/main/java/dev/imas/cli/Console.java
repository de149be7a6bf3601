package dev.imas.cli;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a command writes. Names of files, classes and tensors are printed as they are read: whatever in them would
 * steer a terminal is taken out here ({@link PrintableStream}).
 *
 * @param out         results
 * @param err         progress and complaints
 * @param interactive a person watches a terminal that can redraw a line
 * @param json        where a program listens; what is printed reaches it as messages
 */
record Console(PrintStream out, PrintStream err, boolean interactive, Optional<JsonLines> json) {
    /** Names the file descriptor of the standard output where libraries have the usual one for what they say. */
    static final String OUTPUT = "IMAS_OUTPUT";

    private static final String CLEARED_LINE = "\r\033[2K";

    Console {
        out = PrintableStream.of(out);
        err = PrintableStream.of(err);
    }

    /** For people. */
    Console(PrintStream out, PrintStream err, boolean interactive) {
        this(out, err, interactive, Optional.empty());
    }

    static Console system() {
        return new Console(
                output(),
                System.err,
                System.console() != null && System.getenv("TERM") != null && !"dumb".equals(System.getenv("TERM")));
    }

    private static PrintStream output() {
        String descriptor = System.getenv(OUTPUT);
        if (descriptor == null || !descriptor.matches("[0-9]+")) {
            return System.out;
        }
        try {
            return new PrintStream(new FileOutputStream("/dev/fd/" + descriptor, true), true);
        } catch (FileNotFoundException e) { // a socket, as under some services; the standard output itself is Gloo's
            System.err.println("imas: the output cannot be opened (" + e.getMessage() + "); it follows here");
            return System.err;
        }
    }

    /** The terminal itself, for what the program draws there. */
    PrintStream terminal() {
        return ((PrintableStream) err).unchecked();
    }

    /** Takes the line back that stands on the terminal, for another text. */
    void redraw(String text) {
        terminal().print(CLEARED_LINE);
        err.print(text);
        err.flush();
    }
}
