package dev.imas.image;

import java.io.IOException;

/**
 * What LZW's codes stand for, as they are read: codes below {@code clear} are bytes, each later one is the text of the
 * code before with one byte more, which is found where that text was written. How wide codes are, and in which order
 * their bits come, is the format's.
 */
final class LzwText {
    private static final int TABLE = 4096;

    private final int clear;
    private final byte[] bytes;
    private final int[] start = new int[TABLE]; // where in the bytes the text of a code stands
    private final int[] length = new int[TABLE];
    private int next;
    private int before;
    private int filled;

    /**
     * @param clear  the code that makes all codes unknown again; the one above it ends the data
     * @param wanted bytes in all
     */
    LzwText(int clear, int wanted) {
        this.clear = clear;
        this.bytes = new byte[wanted];
        clear();
    }

    boolean whole() {
        return filled == bytes.length;
    }

    byte[] bytes() {
        return bytes;
    }

    /** The next code that will have a meaning. */
    int next() {
        return next;
    }

    void clear() {
        next = clear + 2;
        before = -1;
    }

    /** Writes the text of a code, of which what is not wanted is left out, and gives the next code its meaning. */
    void add(int code) throws IOException {
        boolean fresh = code == next && before >= 0;
        if (code > clear && code >= next && !fresh || before < 0 && code > clear) {
            throw ImageProblem.damaged("its LZW data make no sense");
        }
        int here = filled;
        if (code < clear) {
            bytes[filled++] = (byte) code;
        } else {
            copy(fresh ? start[before] : start[code], fresh ? length[before] + 1 : length[code]);
        }
        if (before >= 0 && next < TABLE) {
            length[next] = length[before] + 1;
            start[next] = start[before];
            next++;
        }
        if (code < clear) {
            length[code] = 1;
        }
        start[code] = here;
        before = code;
    }

    /** Byte by byte: a text may reach into what it is copied to. */
    private void copy(int from, int count) {
        for (int i = 0; i < count && !whole(); i++) {
            bytes[filled++] = bytes[from + i];
        }
    }
}
