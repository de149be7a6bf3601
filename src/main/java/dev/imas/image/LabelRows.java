package dev.imas.image;

import java.io.IOException;

/** Takes a label map from top to bottom, some rows at a time. */
public interface LabelRows extends AutoCloseable {
    /**
     * The next rows.
     *
     * @param labels count*width class indices, row-major, from the array's beginning
     */
    void write(byte[] labels, int count) throws IOException;

    /** Ends the file after the last row. */
    @Override
    void close() throws IOException;
}
