package dev.imas.weights;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import sun.misc.Unsafe;

/**
 * A part of a file in memory, until it is closed: Java itself would keep it there until its collector comes by, so that
 * who opens many files would hold all of them.
 */
final class MappedBytes implements AutoCloseable {
    private static final Unsafe UNSAFE = unsafe();

    private MappedByteBuffer buffer;

    MappedBytes(FileChannel channel, long begin, long bytes) throws IOException {
        buffer = channel.map(FileChannel.MapMode.READ_ONLY, begin, bytes);
    }

    /** Little-endian bytes, to be read before this is closed. */
    synchronized ByteBuffer slice(int begin, int bytes) {
        if (buffer == null) {
            throw new IllegalStateException("the file was closed");
        }
        return buffer.slice(begin, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public synchronized void close() {
        if (buffer != null) {
            UNSAFE.invokeCleaner(buffer);
            buffer = null;
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
