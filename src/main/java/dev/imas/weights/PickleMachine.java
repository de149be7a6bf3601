package dev.imas.weights;

import dev.imas.weights.PickleGlobal.PickledStorage;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads Python pickles as plain data. It executes nothing: a pickle may name only what {@link PickleGlobal} lists,
 * each of which is rebuilt here as a value; every other name is refused, by name, when it is met.
 *
 * <p>Values: null, Boolean, Long, BigInteger, Double, String, byte[], List (lists and tuples), Map (dictionaries in
 * file order, with scalar keys), and the records of {@link PickleGlobal}. Time and memory are bounded; there is no
 * recursion.
 */
final class PickleMachine {
    private static final int HIGHEST_PROTOCOL = 5;
    private static final int LONGEST_INTEGER = 1024;
    private static final int LONGEST_NAME = 256;
    /** A checkpoint of ResNet-101 takes some 30,000; one that only makes objects takes some 100 bytes each. */
    private static final long MOST_OPERATIONS = 2_000_000;
    /** A list may be copied into a dictionary; no more than this, or a short file could fill the memory. */
    private static final long COPIES_PER_BYTE = 4;

    private final DataInputStream in;
    private final long limit;
    private long position;
    private long operations;
    private long copied;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private final Map<String, PickledStorage> storages = new LinkedHashMap<>();

    /** @param limit bytes that may be read at most */
    PickleMachine(InputStream in, long limit) {
        this.in = new DataInputStream(in);
        this.limit = limit;
    }

    /** Bytes read so far. */
    long position() {
        return position;
    }

    /** The storages that were referred to so far, by key. */
    Map<String, PickledStorage> storages() {
        return storages;
    }

    /** Reads one pickle, up to and with its stop code. */
    Object load() throws IOException {
        stack.clear();
        marks.clear();
        memo.clear();
        while (true) {
            int code = u8();
            if (code == '.') {
                return pop();
            }
            if (++operations > MOST_OPERATIONS) {
                throw new IOException("its pickle has more than " + MOST_OPERATIONS + " operations");
            }
            step(code);
        }
    }

    private void step(int code) throws IOException {
        switch (code) {
            case 0x80 -> requireProtocol(u8());
            case 0x95 -> take(8); // frame length: a hint
            case '(' -> marks.push(stack.size());
            case '0' -> pop();
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) u8());
            case 'M' -> push(little(2));
            case 'J' -> push((long) (int) little(4));
            case 0x8a -> push(integer(u8()));
            case 0x8b -> push(integer(little(4)));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(little(8))));
            case 'X' -> push(text(little(4)));
            case 0x8c -> push(text(u8()));
            case 'U' -> push(new String(take(u8()), StandardCharsets.ISO_8859_1));
            case 'T' -> push(new String(take(little(4)), StandardCharsets.ISO_8859_1));
            case 'C' -> push(take(u8()));
            case 'B' -> push(take(little(4)));
            case 'q' -> memo.put((long) u8(), top());
            case 'r' -> memo.put(little(4), top());
            case 0x94 -> memo.put((long) memo.size(), top());
            case 'h' -> push(recall(u8()));
            case 'j' -> push(recall(little(4)));
            case '}' -> push(new LinkedHashMap<>());
            case ']', ')' -> push(new ArrayList<>());
            case 't', 'l' -> push(sinceMark());
            case 'd' -> push(putAll(new LinkedHashMap<>(), sinceMark()));
            case 0x85 -> push(last(1));
            case 0x86 -> push(last(2));
            case 0x87 -> push(last(3));
            case 's' -> {
                List<Object> pair = last(2);
                putAll(map(top()), pair);
            }
            case 'u' -> {
                List<Object> pairs = sinceMark();
                putAll(map(top()), pairs);
            }
            case 'a' -> {
                Object value = pop();
                list(top()).add(value);
            }
            case 'e' -> {
                List<Object> values = sinceMark();
                list(top()).addAll(values);
            }
            case 'c' -> push(PickleGlobal.named(line(), line()));
            case 0x93 -> {
                List<Object> names = last(2);
                push(PickleGlobal.named(string(names.get(0)), string(names.get(1))));
            }
            case 'Q' -> push(storage(list(pop())));
            case 'R' -> reduce();
            case 'b' -> {
                Object state = pop();
                top(); // attributes of what stands here (metadata of a dictionary, byte order of a dtype)
                if (top() instanceof PickleGlobal.NumpyType type) {
                    setTop(type.withState(state));
                }
            }
            default ->
                throw new IOException(String.format(
                        Locale.ROOT, "its pickle uses the operation 0x%02x, which no weight file needs", code));
        }
    }

    private Object storage(List<Object> id) throws IOException {
        PickledStorage storage = PickleGlobal.storage(id);
        PickledStorage before = storages.putIfAbsent(storage.key(), storage);
        if (before != null && !before.equals(storage)) {
            throw new IOException("its pickle describes one storage in two ways");
        }
        return storage;
    }

    private void reduce() throws IOException {
        List<Object> arguments = list(pop());
        if (!(pop() instanceof PickleGlobal global)) {
            throw new IOException("its pickle calls something that is not a name");
        }
        if (global == PickleGlobal.ORDERED_DICT) {
            push(orderedDictionary(arguments));
        } else {
            push(global.rebuild(arguments));
        }
    }

    /** {@code OrderedDict()}, or {@code OrderedDict([[key, value], ...])} as Python 2 wrote it. */
    private Map<Object, Object> orderedDictionary(List<Object> arguments) throws IOException {
        Map<Object, Object> result = new LinkedHashMap<>();
        if (!arguments.isEmpty()) {
            List<Object> pairs = list(arguments.get(0));
            spend(pairs.size());
            for (Object pair : pairs) {
                List<Object> keyAndValue = list(pair);
                if (keyAndValue.size() != 2) {
                    throw new IOException("its pickle builds a dictionary from something that is not pairs");
                }
                putAll(result, keyAndValue);
            }
        }
        return result;
    }

    private static Map<Object, Object> putAll(Map<Object, Object> target, List<Object> keysAndValues)
            throws IOException {
        if (keysAndValues.size() % 2 != 0) {
            throw new IOException("its pickle has a key without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            // Only scalars: hashing a container could recurse without end.
            if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
                throw new IOException("its pickle has a dictionary key that is neither text nor number");
            }
            target.put(key, keysAndValues.get(i + 1));
        }
        return target;
    }

    private Object recall(long index) throws IOException {
        if (!memo.containsKey(index)) {
            throw new IOException("its pickle refers to value " + index + ", which does not exist");
        }
        return memo.get(index);
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object top() throws IOException {
        requireStack(1);
        return stack.get(stack.size() - 1);
    }

    private void setTop(Object value) {
        stack.set(stack.size() - 1, value);
    }

    private Object pop() throws IOException {
        requireStack(1);
        return stack.remove(stack.size() - 1);
    }

    private List<Object> last(int count) throws IOException {
        requireStack(count);
        return cut(stack.size() - count);
    }

    private List<Object> sinceMark() throws IOException {
        if (marks.isEmpty()) {
            throw new IOException("its pickle closes a group that was not opened");
        }
        return cut(marks.pop());
    }

    private List<Object> cut(int from) {
        List<Object> tail = stack.subList(from, stack.size());
        List<Object> values = new ArrayList<>(tail);
        tail.clear();
        return values;
    }

    /** Values below an open group's start belong to the group's owner and must not be taken. */
    private void requireStack(int count) throws IOException {
        int floor = marks.isEmpty() ? 0 : marks.peek();
        if (stack.size() - floor < count) {
            throw new IOException("its pickle takes a value that is not there");
        }
    }

    private void spend(long copies) throws IOException {
        copied += copies;
        if (copied > COPIES_PER_BYTE * position) {
            throw new IOException("its pickle repeats the same values too often");
        }
    }

    private static void requireProtocol(int protocol) throws IOException {
        if (protocol > HIGHEST_PROTOCOL) {
            throw new IOException(
                    "its pickle has protocol " + protocol + ", the highest known one is " + HIGHEST_PROTOCOL);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object> map(Object value) throws IOException {
        if (value instanceof Map) {
            return (Map<Object, Object>) value;
        }
        throw new IOException("its pickle treats something as a dictionary that is none");
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) throws IOException {
        if (value instanceof List) {
            return (List<Object>) value;
        }
        throw new IOException("its pickle treats something as a list that is none");
    }

    private static String string(Object value) throws IOException {
        if (value instanceof String text) {
            return text;
        }
        throw new IOException("its pickle has a name that is no text");
    }

    private Object integer(long bytes) throws IOException {
        if (bytes > LONGEST_INTEGER) {
            throw new IOException("its pickle holds an integer of " + bytes + " bytes");
        }
        byte[] little = take(bytes);
        if (little.length == 0) {
            return 0L;
        }
        byte[] big = new byte[little.length];
        for (int i = 0; i < big.length; i++) {
            big[i] = little[big.length - 1 - i];
        }
        BigInteger value = new BigInteger(big);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private String text(long bytes) throws IOException {
        return new String(take(bytes), StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = u8(); c != '\n'; c = u8()) {
            line.append((char) c);
            if (line.length() > LONGEST_NAME) {
                throw new IOException("its pickle holds a name longer than " + LONGEST_NAME);
            }
        }
        return line.toString();
    }

    private int u8() throws IOException {
        advance(1);
        int value = in.read();
        if (value < 0) {
            throw new EOFException("its pickle ends early");
        }
        return value;
    }

    private long little(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) u8() << (8 * i);
        }
        return value;
    }

    private byte[] take(long bytes) throws IOException {
        advance(bytes);
        byte[] taken = in.readNBytes((int) bytes);
        if (taken.length != bytes) {
            throw new EOFException("its pickle ends early");
        }
        return taken;
    }

    private void advance(long bytes) throws IOException {
        if (bytes > limit - position || bytes > Integer.MAX_VALUE) {
            throw new EOFException("its pickle ends early");
        }
        position += bytes;
    }
}
