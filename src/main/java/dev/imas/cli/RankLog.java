package dev.imas.cli;

import dev.imas.run.RunDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where a process that does not write the run directory tells of itself: rank-K.log there. What is written before rank
 * 0 has made the directory waits; on a machine that does not see the directory it is dropped, but for the beginning.
 */
final class RankLog extends OutputStream {
    private static final int MOST_WAITING = 1 << 16;

    private final int rank;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private RunDirectory directory;
    private OutputStream file;

    RankLog(int rank) {
        this.rank = rank;
    }

    /** The run is there. */
    synchronized void in(Path root) {
        directory = new RunDirectory(root);
    }

    @Override
    public synchronized void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        if (file == null && directory != null && Files.isRegularFile(directory.config())) {
            file = Files.newOutputStream(directory.rankLog(rank), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            waiting.writeTo(file);
            waiting.reset();
        }
        if (file != null) {
            file.write(bytes, offset, length);
        } else if (waiting.size() < MOST_WAITING) {
            waiting.write(bytes, offset, length);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
