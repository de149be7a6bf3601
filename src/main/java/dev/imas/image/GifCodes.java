package dev.imas.image;

import java.io.IOException;

/** LZW as GIF has it: codes from a given width to 12 bits, lowest bit first. */
final class GifCodes {
    private static final int TABLE = 4096;

    private GifCodes() {}

    static byte[] expand(byte[] packed, int minimum, int wanted) throws IOException {
        if (minimum < 1 || minimum > 8) {
            throw ImageProblem.damaged("its codes are " + minimum + " bits wide");
        }
        ImageProblem.requireRoom(wanted, packed.length, TiffCompression.LZW.most());
        int clear = 1 << minimum;
        byte[] bytes = new byte[wanted];
        int[] start = new int[TABLE]; // where in the bytes the text of a code stands
        int[] length = new int[TABLE];
        int next = clear + 2;
        int width = minimum + 1;
        int filled = 0;
        int before = -1;
        int bits = 0;
        int held = 0;
        int at = 0;
        while (filled < wanted) {
            while (held < width) {
                if (at == packed.length) {
                    throw ImageProblem.endsEarly();
                }
                bits |= (packed[at++] & 255) << held;
                held += 8;
            }
            int code = bits & (1 << width) - 1;
            bits >>>= width;
            held -= width;
            if (code == clear) {
                next = clear + 2;
                width = minimum + 1;
                before = -1;
                continue;
            }
            if (code == clear + 1) {
                throw ImageProblem.endsEarly();
            }
            boolean fresh = code == next && before >= 0;
            if (code > clear && code >= next && !fresh || before < 0 && code > clear) {
                throw ImageProblem.damaged("its codes make no sense");
            }
            int here = filled;
            if (code < clear) {
                bytes[filled++] = (byte) code;
            } else {
                int from = fresh ? start[before] : start[code];
                int copied = fresh ? length[before] + 1 : length[code];
                for (int i = 0; i < copied && filled < wanted; i++) {
                    bytes[filled++] = bytes[from + i];
                }
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
            if (next == 1 << width && width < 12) {
                width++;
            }
        }
        return bytes;
    }
}
