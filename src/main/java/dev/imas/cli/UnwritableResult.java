package dev.imas.cli;

import dev.imas.common.UserException;

/** Says that a result cannot be written: whoever has more of them need not try. */
final class UnwritableResult extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnwritableResult(UserException e) {
        super(e.getMessage(), e);
    }
}
