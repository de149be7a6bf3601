package dev.imas.cli;

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

    /** What it takes beside its arguments; a new object each time. */
    default Options options() {
        return new Options();
    }

    /** Does the work and returns the exit status. */
    int run(CommandLine arguments, Console console) throws Exception;
}
