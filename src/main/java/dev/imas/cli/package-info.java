/**
 * The program {@code imas}: each {@code Command} turns a command line into one call of the library and prints what
 * comes
 * of it. {@link dev.imas.cli.Main} chooses the command, turns what goes wrong into one line and an exit status. Nobody
 * imports this package; what a program might want to call lies in the rooms beneath.
 */
package dev.imas.cli;
