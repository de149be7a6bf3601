package dev.imas.run;

import dev.imas.common.DurableFiles;
import dev.imas.common.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;

/** A CSV file that grows by whole rows and can be cut back to where a checkpoint left it. */
final class CsvLog implements AutoCloseable {
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT;

    private final Path path;
    private final FileChannel channel;

    /**
     * Opens or creates the file.
     *
     * @param position bytes to keep of an earlier part of the run; 0 starts anew with the header
     * @param header   names of the columns, in one or more parts
     * @throws UserException when the file is shorter than that
     */
    @SafeVarargs
    CsvLog(Path path, long position, List<String>... header) throws IOException {
        this.path = path;
        channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        DurableFiles.syncName(path); // else a power cut takes the file, however well its rows were synced
        if (channel.size() < position) {
            long found = channel.size();
            channel.close();
            throw new UserException(path + " has " + found + " bytes, the checkpoint needs the first " + position
                    + "; put the file back, or train anew with another --out");
        }
        channel.truncate(position);
        channel.position(position);
        if (position == 0) {
            begin(Stream.of(header).flatMap(List::stream).toArray());
        }
    }

    /** A file without its first line is no table: where that cannot be written, there is none. */
    private void begin(Object[] header) throws IOException {
        try {
            row(header);
        } catch (UncheckedIOException e) {
            channel.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** Appends a row; NaN becomes an empty cell. */
    void row(Object... cells) {
        Object[] shown = new Object[cells.length];
        for (int i = 0; i < cells.length; i++) {
            boolean none = cells[i] instanceof Double d && d.isNaN() || cells[i] instanceof Float f && f.isNaN();
            shown[i] = none ? "" : cells[i];
        }
        ByteBuffer line = StandardCharsets.UTF_8.encode(FORMAT.format(shown) + "\n");
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(DurableFiles.about(path, e));
        }
    }

    /** Makes the rows durable and returns their length in bytes. */
    long sync() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw DurableFiles.about(path, e);
        }
        return channel.position();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
