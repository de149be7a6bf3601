package dev.imas.tensorboard;

import dev.imas.common.DurableFiles;
import dev.imas.common.ProtoFields;
import dev.imas.common.ProtoMessage;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.DoubleSupplier;
import java.util.zip.CRC32C;

/**
 * One file of events: each a record of its length (u64), the length's checksum, the event, and the event's checksum,
 * all little-endian; a checksum is CRC-32C, turned and shifted ({@link #masked}). A record is written at once, so that
 * who reads along sees whole ones.
 */
public final class EventFile implements AutoCloseable {
    /** Fields of an event. */
    private static final int WALL_TIME = 1;

    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    /** Of a session log: its status, of which 1 is a start. */
    private static final int STATUS = 1;

    private static final int HEAD = Long.BYTES + Integer.BYTES;
    /** A longer record is none of ours. */
    private static final long LONGEST = 1 << 28;

    private final Path path;
    private final FileChannel channel;
    private final DoubleSupplier seconds;

    /**
     * Begins a file, in place of one of the same name.
     *
     * @param step    steps before it: who has read later ones of a part of the run that was lost forgets them
     * @param seconds the time since 1970
     */
    public EventFile(Path path, long step, DoubleSupplier seconds) throws IOException {
        this.path = path;
        this.seconds = seconds;
        this.channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        try {
            append(event(0).text(FILE_VERSION, "brain.Event:2"));
            if (step > 0) {
                append(event(step + 1).message(SESSION_LOG, new ProtoMessage().number(STATUS, 1)));
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Appends values of a step. */
    public void add(long step, Summaries values) throws IOException {
        append(event(step).message(SUMMARY, values.message()));
    }

    private ProtoMessage event(long step) {
        ProtoMessage event = new ProtoMessage().real(WALL_TIME, seconds.getAsDouble());
        return step == 0 ? event : event.number(STEP, step); // 0 is what a field that is not there has
    }

    private void append(ProtoMessage event) throws IOException {
        byte[] bytes = event.toBytes();
        ByteBuffer record = ByteBuffer.allocate(HEAD + bytes.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes.length);
        record.putInt(masked(record.array(), 0, Long.BYTES)).put(bytes).putInt(masked(bytes, 0, bytes.length));
        record.flip();
        long before = channel.position();
        try {
            while (record.hasRemaining()) {
                channel.write(record);
            }
        } catch (IOException e) {
            channel.truncate(before); // half a record would end the file for its readers
            throw DurableFiles.about(path, e);
        }
    }

    private static int masked(byte[] bytes, int from, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, from, length);
        int crc = (int) sum.getValue();
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    /**
     * Takes what was written after a step off a file of an earlier part of the run, and what is not whole.
     *
     * @param step steps finished that are kept
     */
    public static void cut(Path path, long step) throws IOException {
        long whole = 0;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(path));
                DataInputStream in = new DataInputStream(file)) {
            for (byte[] event = next(in); event != null && stepOf(event) <= step; event = next(in)) {
                whole += HEAD + event.length + Integer.BYTES;
            }
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(whole);
        }
    }

    /** The next whole record; null at the end. */
    private static byte[] next(DataInputStream in) throws IOException {
        try {
            byte[] head = new byte[HEAD];
            in.readFully(head);
            ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
            long length = numbers.getLong();
            if (numbers.getInt() != masked(head, 0, Long.BYTES) || length < 0 || length > LONGEST) {
                return null;
            }
            byte[] event = new byte[(int) length];
            in.readFully(event);
            int check = Integer.reverseBytes(in.readInt());
            return check == masked(event, 0, event.length) ? event : null;
        } catch (EOFException e) {
            return null;
        }
    }

    private static long stepOf(byte[] event) {
        return new ProtoFields(ByteBuffer.wrap(event)).number(STEP);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
