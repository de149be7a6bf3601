package dev.imas.common;

/**
 * Something the user can mend: a file, a key or an argument. The message is one line and names what was looked at,
 * what was found, what was expected and what to do. The CLI prints it and exits with status 2.
 */
public final class UserException extends RuntimeException {
    public UserException(String message) {
        super(message);
    }

    public UserException(String message, Throwable cause) {
        super(message, cause);
    }
}
