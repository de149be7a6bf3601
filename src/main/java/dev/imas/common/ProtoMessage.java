package dev.imas.common;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A protocol buffers message that is written as it stands: fields by number, in the order in which they were added.
 * Lengths are known before anything is written, so that large contents are streamed.
 */
public final class ProtoMessage {
    /** Content of known length. */
    public interface Content {
        long length();

        void write(OutputStream out) throws IOException;
    }

    private record Bytes(byte[] bytes) implements Content {
        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public void write(OutputStream out) throws IOException {
            out.write(bytes);
        }
    }

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final List<Content> parts = new ArrayList<>();
    private long length;

    /** A whole number: int32, int64 or an enumeration. */
    public ProtoMessage number(int field, long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        varint(bytes, (long) field << 3 | VARINT);
        varint(bytes, value);
        return add(new Bytes(bytes.toByteArray()));
    }

    /** A float32 number. */
    public ProtoMessage number(int field, float value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        varint(bytes, (long) field << 3 | FIXED32);
        int bits = Float.floatToIntBits(value);
        for (int shift = 0; shift < 32; shift += 8) {
            bytes.write(bits >>> shift);
        }
        return add(new Bytes(bytes.toByteArray()));
    }

    /** A float64 number. */
    public ProtoMessage real(int field, double value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        varint(bytes, (long) field << 3 | FIXED64);
        long bits = Double.doubleToLongBits(value);
        for (int shift = 0; shift < 64; shift += 8) {
            bytes.write((int) (bits >>> shift));
        }
        return add(new Bytes(bytes.toByteArray()));
    }

    public ProtoMessage text(int field, String text) {
        return content(field, new Bytes(text.getBytes(StandardCharsets.UTF_8)));
    }

    public ProtoMessage bytes(int field, byte[] bytes) {
        return content(field, new Bytes(bytes));
    }

    /** @param message complete: fields added to it later are not seen */
    public ProtoMessage message(int field, ProtoMessage message) {
        long size = message.length;
        List<Content> copy = List.copyOf(message.parts);
        return content(field, new Content() {
            @Override
            public long length() {
                return size;
            }

            @Override
            public void write(OutputStream out) throws IOException {
                for (Content part : copy) {
                    part.write(out);
                }
            }
        });
    }

    public ProtoMessage content(int field, Content content) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        varint(head, (long) field << 3 | LENGTH_DELIMITED);
        varint(head, content.length());
        return add(new Bytes(head.toByteArray())).add(content);
    }

    private ProtoMessage add(Content part) {
        parts.add(part);
        length += part.length();
        return this;
    }

    /** All fields, without a length before them, as a file begins. */
    public void write(OutputStream out) throws IOException {
        for (Content part : parts) {
            part.write(out);
        }
    }

    /** The same, as bytes. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory is never full of bytes that are there already
        }
        return bytes.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
