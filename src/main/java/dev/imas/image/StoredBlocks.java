package dev.imas.image;

import java.io.IOException;

/** A picture file's rows from top to bottom, some at a time, as they lie in the file: never turned. */
interface StoredBlocks extends AutoCloseable {
    /**
     * The next rows, of the picture's whole width: at least one until all rows are given. After the last ones the file
     * is known to be whole.
     */
    Stored next() throws IOException;

    @Override
    default void close() {}
}
