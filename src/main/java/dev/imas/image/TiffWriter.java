package dev.imas.image;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes a TIFF file, or a BigTIFF, little endian: data blocks as they come, and behind those of a page its tags. */
final class TiffWriter implements Closeable {
    static final int DEFLATE = 8;

    private static final int ASCII = 2;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int LONG8 = 16;

    private final RandomAccessFile file;
    private final boolean big;
    /** Where the offset of the next page is to be written. */
    private long link;

    /**
     * Begins a file; what was there is gone.
     *
     * @param mark written behind the head; may be empty
     */
    TiffWriter(Path path, boolean big, String mark) throws IOException {
        Files.deleteIfExists(path); // or a link would be followed
        this.file = new RandomAccessFile(path.toFile(), "rw");
        this.big = big;
        try {
            begin();
            file.write(mark.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        ByteBuffer head = buffer(big ? 16 : 8).put((byte) 'I').put((byte) 'I').putShort((short) (big ? 43 : 42));
        if (big) {
            head.putShort((short) Long.BYTES).putShort((short) 0);
        }
        link = head.position();
        file.write(head.array());
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes a strip or tile and returns its offset. */
    long write(byte[] data) throws IOException {
        long at = file.getFilePointer();
        file.write(data);
        return at;
    }

    /** Compressed as {@link #DEFLATE} means it. */
    static byte[] deflated(byte[] data, int level) throws IOException {
        Deflater deflater = new Deflater(level);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(data.length / 2);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            out.write(data);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    /** @param value where it is longer than an offset, the tag holds its offset instead */
    record Tag(int number, int type, int count, byte[] value) {}

    Tag number(int tag, int value) {
        return new Tag(tag, LONG, 1, buffer(Integer.BYTES).putInt(value).array());
    }

    /** Of 16 bits each. */
    Tag small(int tag, int... values) {
        ByteBuffer bytes = buffer(values.length * Short.BYTES);
        for (int value : values) {
            bytes.putShort((short) value);
        }
        return new Tag(tag, SHORT, values.length, bytes.array());
    }

    /** @param text of ASCII */
    Tag text(int tag, String text) {
        byte[] value = (text + "\0").getBytes(StandardCharsets.US_ASCII);
        return new Tag(tag, ASCII, value.length, value);
    }

    /** Offsets or lengths of strips or tiles. */
    Tag places(int tag, List<Long> places) {
        ByteBuffer value = buffer(places.size() * placeBytes());
        places.forEach(place -> value.put(place(place)));
        return new Tag(tag, big ? LONG8 : LONG, places.size(), value.array());
    }

    private byte[] place(long place) {
        ByteBuffer value = buffer(placeBytes());
        return (big ? value.putLong(place) : value.putInt((int) place)).array();
    }

    private int placeBytes() {
        return big ? Long.BYTES : Integer.BYTES;
    }

    /**
     * Ends a page: writes what is too long for its tags, then the tags, and links to them.
     *
     * @param tags in the order of their numbers
     */
    void page(List<Tag> tags) throws IOException {
        ByteBuffer entries = buffer((big ? 8 : 2) + tags.size() * (big ? 20 : 12) + placeBytes());
        if (big) {
            entries.putLong(tags.size());
        } else {
            entries.putShort((short) tags.size());
        }
        for (Tag tag : tags) {
            entries.putShort((short) tag.number).putShort((short) tag.type).put(place(tag.count));
            boolean fits = tag.value.length <= placeBytes();
            entries.put(Arrays.copyOf(fits ? tag.value : place(outside(tag.value)), placeBytes()));
        }
        long at = outside(entries.array());
        long next = file.getFilePointer() - placeBytes();
        file.seek(link);
        file.write(place(at));
        link = next;
        file.seek(next + placeBytes());
    }

    /** At an even place, as the format wants it. */
    private long outside(byte[] value) throws IOException {
        file.seek(file.getFilePointer() + (file.getFilePointer() & 1));
        return write(value);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
