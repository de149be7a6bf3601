package dev.imas.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The bytes of a file at any place: of a whole file in memory, or of a window that follows the reading, so that a
 * header costs no more than itself. Reading beyond the end is the file's fault.
 */
final class FileBytes implements AutoCloseable {
    private static final int WINDOW = 1 << 13;

    private final SeekableByteChannel channel; // null where the whole file is in the window
    private final long length;
    private byte[] window;
    private long start;
    private int filled;

    private FileBytes(SeekableByteChannel channel, long length, byte[] window, int filled) {
        this.channel = channel;
        this.length = length;
        this.window = window;
        this.filled = filled;
    }

    static FileBytes of(byte[] file) {
        return new FileBytes(null, file.length, file, file.length);
    }

    /** Reads only what is asked for. */
    static FileBytes open(Path path) throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(path);
        return new FileBytes(channel, channel.size(), new byte[WINDOW], 0);
    }

    long length() {
        return length;
    }

    /** The whole file. */
    byte[] all() {
        if (channel != null) {
            throw new IllegalStateException("this file was opened for its header alone");
        }
        return window;
    }

    int u8(long at) throws IOException {
        require(at, 1);
        if (at < start || at >= start + filled) {
            load(at);
        }
        return window[(int) (at - start)] & 255;
    }

    int u16(long at, boolean little) throws IOException {
        int first = u8(at);
        int second = u8(at + 1);
        return little ? second << 8 | first : first << 8 | second;
    }

    long u32(long at, boolean little) throws IOException {
        long first = u16(at, little);
        long second = u16(at + 2, little);
        return little ? second << 16 | first : first << 16 | second;
    }

    /** Of 64 bits; above 2^63 negative. */
    long u64(long at, boolean little) throws IOException {
        long first = u32(at, little);
        long second = u32(at + 4, little);
        return little ? second << 32 | first : first << 32 | second;
    }

    byte[] bytes(long at, int count) throws IOException {
        require(at, count);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; ) {
            u8(at + i);
            int from = (int) (at + i - start);
            int step = Math.min(count - i, filled - from);
            System.arraycopy(window, from, bytes, i, step);
            i += step;
        }
        return bytes;
    }

    /** Whether the bytes at a place are these characters. */
    boolean has(long at, String text) throws IOException {
        if (at < 0 || at > length - text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (u8(at + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void require(long at, int count) throws IOException {
        if (at < 0 || count < 0 || at > length - count) {
            throw ImageProblem.endsEarly();
        }
    }

    private void load(long at) throws IOException {
        if (channel == null) {
            throw ImageProblem.endsEarly();
        }
        ByteBuffer buffer = ByteBuffer.wrap(window);
        channel.position(at);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            continue;
        }
        start = at;
        filled = buffer.position();
        if (filled == 0) {
            throw ImageProblem.endsEarly();
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
