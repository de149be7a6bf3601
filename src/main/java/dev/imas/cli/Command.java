package dev.imas.cli;

import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** One subcommand. */
interface Command {
    /**
     * What its help says.
     *
     * @param name    as it is called
     * @param summary one line for the list of commands
     * @param usage   how it is called, without the program's name; first line of its help
     * @param details paragraphs and examples printed under the options; may be empty
     */
    record Manual(String name, String summary, String usage, String details) {}

    Manual manual();

    /** What to do when memory runs out, in a part of a sentence; empty where it is what training does. */
    default Optional<String> smaller() {
        return Optional.empty();
    }

    /** Whether it looks often enough at whether it is asked to end ({@link dev.imas.common.Interrupts}). */
    default boolean worksInPieces() {
        return false;
    }

    /** What it takes beside its arguments; a new object each time. */
    default Options options() {
        return new Options();
    }

    /** Does the work and returns the exit status. */
    int run(CommandLine arguments, Console console) throws Exception;
}
