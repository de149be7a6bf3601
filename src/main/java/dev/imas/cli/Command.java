package dev.imas.cli;

import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** One subcommand. */
interface Command {
    String name();

    /** One line for the list of commands. */
    String summary();

    /** How it is called, without the program's name; first line of its help. */
    String usage();

    /** Paragraphs and examples printed under the options. */
    String details();

    Options options();

    /** Does the work and returns the exit status. */
    int run(CommandLine arguments, Console console) throws Exception;
}
