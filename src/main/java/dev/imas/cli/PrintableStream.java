package dev.imas.cli;

import dev.imas.common.Printable;
import java.io.PrintStream;

/** Prints texts without what would steer a terminal ({@link Printable}); line breaks and tabs stay. */
final class PrintableStream extends PrintStream {
    private final PrintStream unchecked;

    private PrintableStream(PrintStream unchecked) {
        super(unchecked, true);
        this.unchecked = unchecked;
    }

    static PrintableStream of(PrintStream stream) {
        return stream instanceof PrintableStream printable ? printable : new PrintableStream(stream);
    }

    /** The stream below, which prints whatever it is given. */
    PrintStream unchecked() {
        return unchecked;
    }

    @Override
    public void print(String text) {
        unchecked.print(Printable.lines(String.valueOf(text)));
    }

    @Override
    public void print(Object object) {
        print(String.valueOf(object));
    }

    @Override
    public void print(char character) {
        print(String.valueOf(character));
    }

    @Override
    public void print(char[] characters) {
        print(String.valueOf(characters));
    }

    @Override
    public void println(String text) {
        unchecked.println(Printable.lines(String.valueOf(text)));
    }

    @Override
    public void println(Object object) {
        println(String.valueOf(object));
    }
}
