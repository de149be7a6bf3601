package dev.imas.weights;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import sun.misc.Unsafe;

/**
 * Parts of a file in memory, until they are closed: Java itself would keep them there until its collector comes by, so
 * that who opens many files would hold all of them. One mapping is shorter than 2 GB, a file may be longer.
 */
final class MappedBytes implements AutoCloseable {
    private static final Unsafe UNSAFE = unsafe();

    /** Neighbouring parts, by the place of the first; null once closed. */
    private NavigableMap<Long, MappedByteBuffer> stretches = new TreeMap<>();

    /**
     * @param start   of the places in the file
     * @param parts   first byte of each part, and the byte behind its last one
     * @param longest bytes that one mapping may have, and each part has at most
     */
    MappedBytes(FileChannel channel, long start, NavigableMap<Long, Long> parts, long longest) throws IOException {
        long begin = 0;
        long end = -1;
        for (Map.Entry<Long, Long> part : parts.entrySet()) {
            if (end >= 0 && part.getValue() - begin > longest) {
                map(channel, start, begin, end);
                end = -1;
            }
            begin = end < 0 ? part.getKey() : begin;
            end = part.getValue();
        }
        if (end >= 0) {
            map(channel, start, begin, end);
        }
    }

    private void map(FileChannel channel, long start, long begin, long end) throws IOException {
        stretches.put(begin, channel.map(FileChannel.MapMode.READ_ONLY, start + begin, end - begin));
    }

    /** Little-endian bytes of a part, to be read before this is closed. */
    synchronized ByteBuffer slice(long begin, int bytes) {
        if (stretches == null) {
            throw new IllegalStateException("the file was closed");
        }
        Map.Entry<Long, MappedByteBuffer> stretch = stretches.floorEntry(begin);
        return stretch.getValue().slice((int) (begin - stretch.getKey()), bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public synchronized void close() {
        if (stretches != null) {
            stretches.values().forEach(UNSAFE::invokeCleaner);
            stretches = null;
        }
    }

    /** Java has no other way before its version 22. */
    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // jdk.unsupported promises it
        }
    }
}
