package dev.imas.common;

/**
 * Something the user can mend: a file, a key or an argument. The message is one line and names what was looked at,
 * what was found, what was expected and what to do; of several faults each has a line. The CLI prints it and exits with
 * status 2. Names in it may come from files: what would steer a terminal is taken out ({@link Printable}).
 */
public final class UserException extends RuntimeException {
    public UserException(String message) {
        super(Printable.lines(message));
    }

    public UserException(String message, Throwable cause) {
        super(Printable.lines(message), cause);
    }
}
