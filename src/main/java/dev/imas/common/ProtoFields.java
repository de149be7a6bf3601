package dev.imas.common;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of a protocol buffers message that was read, by number; contents are views of the message's bytes. */
public final class ProtoFields {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;
    private static final int MOST_VARINT_BITS = 64;

    private final Map<Integer, List<Long>> numbers = new LinkedHashMap<>();
    private final Map<Integer, List<ByteBuffer>> contents = new LinkedHashMap<>();

    /** @throws IllegalArgumentException when the bytes are no message */
    public ProtoFields(ByteBuffer message) {
        ByteBuffer in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long tag = varint(in);
            int field = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case VARINT -> number(field, varint(in));
                case FIXED32 -> number(field, require(in, Integer.BYTES).getInt());
                case FIXED64 -> number(field, require(in, Long.BYTES).getLong());
                case LENGTH_DELIMITED ->
                    contents.computeIfAbsent(field, f -> new ArrayList<>()).add(content(in, varint(in)));
                default -> throw new IllegalArgumentException("no protocol buffers message");
            }
        }
    }

    private void number(int field, long value) {
        numbers.computeIfAbsent(field, f -> new ArrayList<>()).add(value);
    }

    private static ByteBuffer content(ByteBuffer in, long length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("the message ends early");
        }
        ByteBuffer content = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + (int) length);
        return content;
    }

    private static ByteBuffer require(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw new IllegalArgumentException("the message ends early");
        }
        return in;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < MOST_VARINT_BITS; shift += 7) {
            byte next = require(in, 1).get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("no protocol buffers message");
    }

    /** Whole numbers of a repeated field. */
    public List<Long> numbers(int field) {
        return numbers.getOrDefault(field, List.of());
    }

    /** A whole number; 0 where it is not there. */
    public long number(int field) {
        List<Long> found = numbers(field);
        return found.isEmpty() ? 0 : found.get(found.size() - 1);
    }

    /** A float32 number. */
    public float real(int field) {
        return Float.intBitsToFloat((int) number(field));
    }

    /** A message or bytes, each. */
    public List<ByteBuffer> contents(int field) {
        return contents.getOrDefault(field, List.of());
    }

    /** Messages of a repeated field. */
    public List<ProtoFields> messages(int field) {
        return contents(field).stream().map(ProtoFields::new).toList();
    }

    public List<String> texts(int field) {
        return contents(field).stream()
                .map(bytes -> StandardCharsets.UTF_8.decode(bytes.duplicate()).toString())
                .toList();
    }

    /** A text; empty where it is not there. */
    public String text(int field) {
        List<String> found = texts(field);
        return found.isEmpty() ? "" : found.get(found.size() - 1);
    }
}
